/** Export: what each format holds comes back unchanged by import, whatever the texts are. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportVersion } from '../../../src/main/data/datasets/export.ts';
import { exportFormats } from '../../../src/main/data/datasets/export-formats/index.ts';
import { importFile } from '../../../src/main/data/datasets/import.ts';
import { WideNumber } from '../../../src/main/data/records/exact-json.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { iteratePairs } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import type { StoredPair, TextOrChat } from '../../../src/preload/contract/datasets.ts';
import { newPair, openTestStore, storeRows } from './stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-export-'));
let store: WritableStore;
let sets = 0;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Rows of a version, without where they came from. */
const stored = (id: string) => [...iteratePairs(store, id)].map(({ provenance: _where, ...rest }: StoredPair) => rest);

/** Imports rows, exports and imports them again; both stored versions. */
async function roundTrip(rows: readonly object[], format: string, leftOut = 0) {
  const source = join(folder, 'source.jsonl');
  writeFileSync(source, rows.map((r) => JSON.stringify(r)).join('\n'));
  const first = await importFile(store, source, { name: `first ${++sets}` });
  const path = join(folder, `out.${exportFormats.get(format).extension}`);
  const result = exportVersion(store, first.versionId, format, path);
  expect(result).toMatchObject({ rows: first.rowsAccepted - leftOut, leftOut });
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  const second = await importFile(store, path, { name: `second ${sets}` });
  return {
    before: stored(first.versionId),
    after: stored(second.versionId),
    text: readFileSync(path, 'utf8'),
    format: second.format,
  };
}

it('floats of what chat templates print are floats again', async () => {
  const source = join(folder, 'tools.jsonl');
  const row =
    '{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":"b"}],' +
    '"tools":[{"enum":[1.0,0.5,1e-7,2],"max":1e+16}],"chat_template_kwargs":{"k":2.0},"other":3}\n';
  writeFileSync(source, row);
  const { versionId } = await importFile(store, source, { name: 'tools' });
  exportVersion(store, versionId, 'trl', join(folder, 'tools.out.jsonl'));
  expect(readFileSync(join(folder, 'tools.out.jsonl'), 'utf8')).toBe(row);
});

const chat = (role: string, content: string) => [{ role, content }];
const TURNS = [
  ...chat('system', 's\n'),
  ...chat('user', 'hi '),
  ...chat('assistant', ' well'),
  ...chat('user', 'and?'),
];
const SETS: Readonly<Record<string, readonly object[]>> = {
  pairs: [
    { prompt: 'q, "1"', chosen: 'a\r\nb', rejected: 'c', score_chosen: 3, score_rejected: 1, annotator: 'me' },
    { prompt: ' q2 ', chosen: '1', rejected: 'true', margin: 0.5 },
    { prompt: '=q3', chosen: 'x', rejected: 'x', tie: true },
  ],
  conversations: [
    { prompt: chat('user', 'hi'), chosen: chat('assistant', 'a "b"'), rejected: chat('assistant', 'c') },
    {
      prompt: TURNS,
      chosen: chat('assistant', 'a'),
      rejected: chat('assistant', 'c'),
      score_chosen: 1,
      score_rejected: 1,
    },
  ],
  'texts beside conversations': [
    { prompt: chat('user', 'hi'), chosen: chat('assistant', 'a "b"'), rejected: chat('assistant', 'c') },
    { prompt: 'text', chosen: '[{"role": no JSON', rejected: 'c' },
  ],
  unpaired: [
    { prompt: chat('user', 'q'), completion: chat('assistant', 'a'), label: true },
    { prompt: TURNS, completion: chat('assistant', 'b'), label: false },
  ],
  'unpaired texts': [
    { prompt: 'q', completion: 'a', label: true },
    { prompt: 'q', completion: 'b', label: false },
  ],
  demonstrations: [
    { prompt: 'q', completion: 'a' },
    { prompt: '', completion: 'b' },
  ],
  prompts: [{ prompt: 'q' }, { prompt: '  ' }, { prompt: 'a,b' }],
};

/** Which of them each format holds as they are; of ShareGPT conversations alone, of KTO single answers alone. */
const HELD: readonly (readonly [format: string, sets: readonly string[]])[] = [
  ['trl', Object.keys(SETS)],
  ['csv', Object.keys(SETS)],
  ['parquet', Object.keys(SETS).filter((name) => name !== 'texts beside conversations')],
  ['trl-conversational', ['conversations', 'unpaired']],
  ['sharegpt', ['conversations', 'unpaired']],
  ['kto', ['unpaired', 'unpaired texts']],
  ['llm-comparator', ['pairs']],
];

describe.each(HELD)('%s', (format, names) => {
  it.each(names)('%s', async (name) => {
    const { before, after } = await roundTrip(SETS[name], format);
    expect(before).toHaveLength(SETS[name].length);
    expect(after).toEqual(before);
  });
});

// odd texts: graphemes of all planes, line ends, quotes, separators, marks of turns, things that look like JSON or numbers
const oddText = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('\n', '\r', '"', ',', ';', '\t', ' ', '\\', 'a', '\u2028', '\ufeff', '\u0000x'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom(
    '[{"role":"user"}]',
    '1.0',
    'true',
    'null',
    '{}',
    'Human:',
    '\n\nAssistant',
    '=1+1',
    "'",
    '<b>',
    '😀',
  ),
);
const noNul = oddText.map((text) => text.replaceAll('\u0000', ''));
const visible = noNul.filter((text) => text.trim() !== '');
const assistant = (text: fc.Arbitrary<string>): fc.Arbitrary<TextOrChat> =>
  text.map((content) => chat('assistant', content));
/** A conversation that a user's message ends. */
const turns = (first: boolean): fc.Arbitrary<TextOrChat> =>
  fc
    .tuple(fc.option(visible, { nil: null }), fc.array(fc.tuple(visible, visible), { maxLength: 3 }), visible)
    .map(([system, before, last]) => [
      ...(system === null || !first ? [] : chat('system', system)),
      ...before.flatMap(([q, a]) => [...chat('user', q), ...chat('assistant', a)]),
      ...chat('user', last),
    ]);

const metadata = fc.dictionary(
  fc.constantFrom(
    'source',
    'id',
    'system',
    'input',
    'history',
    'question',
    'instruction',
    'messages',
    'tags',
    'extra field',
    'naïve 😀',
    'a.b',
    'split',
    'metadata:prompt',
    'metadata:tie',
    'metadata:metadata:id',
    'chosen_rating',
    'rejected_rating',
  ),
  fc.oneof(
    oddText,
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(noNul, { maxLength: 2 }),
    fc.record({ a: fc.integer() }),
  ),
  { maxKeys: 4 },
);
// a few that are often equal: then the row itself says whether it is a tie
const score = fc.oneof(
  fc.double({ min: -10, max: 10, noNaN: true }).map((n) => (n === 0 ? 0 : n)),
  fc.constantFrom(1, 2),
);
const beside = fc.record(
  { margin: score, score_chosen: score, score_rejected: score, tie: fc.boolean(), annotator: visible },
  { requiredKeys: [] },
);

interface Kind {
  readonly row: fc.Arbitrary<object>;
  readonly formats: readonly string[];
}

const pairOf = (prompt: fc.Arbitrary<TextOrChat>, answer: fc.Arbitrary<TextOrChat>) =>
  fc.record({ prompt, chosen: answer, rejected: answer });
const withAll = (pair: fc.Arbitrary<object>) =>
  fc.tuple(metadata, pair, beside).map((parts) => Object.assign({}, ...parts));
const withBeside = (pair: fc.Arbitrary<object>) => fc.tuple(pair, beside).map((parts) => Object.assign({}, ...parts));

const KINDS: Readonly<Record<string, Kind>> = {
  'pairs of texts with all that stands beside them': {
    row: withAll(pairOf(oddText, oddText)),
    formats: ['trl', 'parquet'],
  },
  'pairs of conversations with all that stands beside them': {
    row: withAll(pairOf(turns(true), assistant(visible))),
    formats: ['trl', 'trl-conversational', 'parquet'],
  },
  'pairs without metadata': { row: withBeside(pairOf(noNul, noNul)), formats: ['csv', 'llm-comparator'] },
  'pairs of conversations without metadata': {
    row: withBeside(pairOf(turns(true), assistant(visible))),
    formats: ['csv', 'sharegpt'],
  },
  'single answers': {
    row: fc.record({ prompt: turns(true), completion: assistant(visible), label: fc.boolean() }),
    formats: ['trl', 'kto', 'csv', 'parquet', 'sharegpt'],
  },
};

/** In a table a cell without a value is one that is not there. */
const withoutNulls = <T extends { readonly metadata: object }>(row: T): T => ({
  ...row,
  metadata: Object.fromEntries(Object.entries(row.metadata).filter(([, value]) => value !== null)),
});

describe.each(Object.entries(KINDS))('%s come back as they are', (_name, { row, formats }) => {
  it.each(formats)('%s', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        let trip: Awaited<ReturnType<typeof roundTrip>>;
        try {
          trip = await roundTrip(rows, format);
        } catch (error) {
          // rows of which none carries a signal are no dataset
          fc.pre(!/can be used/.test((error as Error).message));
          throw error;
        }
        expect(trip.after).toEqual(format === 'parquet' ? trip.before.map(withoutNulls) : trip.before);
      }),
      { numRuns: 60 },
    );
  });
});

describe('hh', () => {
  it('dialogues come back as they are, or their export says why they cannot', async () => {
    const row = fc.tuple(pairOf(turns(false), assistant(visible)), beside).map((parts) => Object.assign({}, ...parts));
    let held = 0;
    await fc.assert(
      fc.asyncProperty(row, async (one) => {
        const trip = await roundTrip([one], 'hh').catch((error: Error) => error);
        if (trip instanceof Error) {
          fc.pre(!/can be used/.test(trip.message));
          expect(trip.message).toMatch(/has no place in the format hh: a text holds a mark of a turn/);
        } else {
          held++;
          expect(trip.format).toBe('hh');
          expect(trip.after).toEqual(trip.before);
        }
      }),
      { numRuns: 80 },
    );
    expect(held).toBeGreaterThan(20);
  });

  it('what it cannot say is named with the row', async () => {
    const system = { prompt: TURNS, chosen: chat('assistant', 'a'), rejected: chat('assistant', 'b') };
    await expect(roundTrip([system], 'hh')).rejects.toThrow('it has no turn for the role "system"');
  });
});

it('a text that spells out a conversation has no place in a CSV file, where it would become one', async () => {
  const row = { prompt: JSON.stringify(chat('user', 'q')), chosen: 'a', rejected: 'b' };
  await expect(roundTrip([row, { ...row, prompt: 'q' }], 'csv')).rejects.toThrow(
    'its prompt is a text that would be read back',
  );
  expect((await roundTrip([{ ...row, prompt: '[{"role": "user"}]' }], 'csv')).after[0].prompt).toBe(
    '[{"role": "user"}]',
  );
});

it('texts that would all be read back as conversations are named instead', async () => {
  const { store, close } = openTestStore();
  try {
    const prompt = JSON.stringify(chat('user', 'q'));
    const { version } = storeRows(store, 'texts', [newPair({ prompt, chosen: 'a', rejected: 'b' })]);
    const out = join(mkdtempSync(join(tmpdir(), 'plumb-texts-')), 'out');
    for (const format of ['trl', 'parquet', 'kto', 'csv', 'llm-comparator'])
      expect(() => exportVersion(store, version.id, format, out)).toThrow('would be read back as a conversation');
    expect(exportVersion(store, version.id, 'trl-conversational', out).rows).toBe(1);
    rmSync(join(out, '..'), { recursive: true });
  } finally {
    close();
  }
});

it('roles that a format has no name for are named, whatever they are called', async () => {
  const rowOf = (role: string) => ({
    prompt: [...chat('user', 'q'), ...chat(role, 't')],
    chosen: chat('assistant', 'a'),
    rejected: chat('assistant', 'b'),
  });
  for (const format of ['hh', 'sharegpt'])
    await expect(roundTrip([rowOf('constructor')], format)).rejects.toThrow('role "constructor"');
  const { before, after } = await roundTrip([rowOf('tool')], 'sharegpt');
  expect(after).toEqual(before);
});

it('a pair of equal scores that is no tie comes back as none', async () => {
  const rows = [{ prompt: 'q', chosen: 'a', rejected: 'b', score_chosen: 2, score_rejected: 2, tie: false }];
  for (const format of ['trl', 'csv', 'parquet', 'llm-comparator']) {
    const { before, after } = await roundTrip(rows, format);
    expect([before[0].tie, after[0].tie]).toEqual([false, false]);
  }
  const nul = { prompt: 'q\u0000', chosen: 'a', rejected: 'b' };
  await expect(roundTrip([nul], 'csv')).rejects.toThrow('its prompt holds a NUL character');
});

it('a pair in KTO is two answers, and a tie is left out and counted', async () => {
  const { after } = await roundTrip(SETS.pairs, 'kto', 1);
  expect(after.map(({ completion, label }) => [completion, label])).toEqual([
    ['a\r\nb', true],
    ['c', false],
    ['1', true],
    ['true', false],
  ]);
});

it('columns of the source that are no fields stand in TRL JSONL and Parquet as they did there', async () => {
  const rows = [
    { prompt: 'q', chosen: 'a', rejected: 'b', metadata: { score_chosen: 2, score_rejected: 1 }, source_index: 7 },
    {
      prompt: 'q',
      chosen: 'b',
      rejected: 'a',
      metadata: { score_chosen: 2, score_rejected: 1 },
      note: 'é',
      flag: false,
    },
  ];
  for (const format of ['trl', 'parquet']) {
    const { before, after } = await roundTrip(rows, format);
    expect(before[0].metadata).toEqual({ metadata: rows[0].metadata, source_index: 7 });
    expect(after).toEqual(before);
  }
});

it('metadata under names that mean something to a reader leaves under another name and comes back under its own', async () => {
  const names = {
    prompt: 'p',
    chosen: 1,
    label: true,
    tie: 'x',
    system: 's',
    chosen_rating: 2,
    rejected_rating: 1,
    'metadata:id': 7,
  };
  const outer = Object.fromEntries(Object.entries(names).map(([name, value]) => [`metadata:${name}`, value]));
  const rows = [{ prompt: 'q', chosen: 'a', rejected: 'b', ...outer }];
  for (const format of ['trl', 'parquet', 'hh']) {
    const { before, after } = await roundTrip(rows, format);
    expect(before[0]).toMatchObject({
      prompt: format === 'hh' ? before[0].prompt : 'q',
      scoreChosen: null,
      metadata: names,
    });
    expect(after[0].metadata).toEqual(names);
  }
  const single = [{ prompt: 'q', completion: 'a', label: true, ...outer }];
  for (const format of ['trl', 'kto', 'parquet']) {
    const { before, after } = await roundTrip(single, format);
    expect(before[0].metadata).toEqual(names);
    expect(after).toEqual(before);
  }
  const comparator = await roundTrip(rows, 'llm-comparator');
  expect(comparator.after[0].metadata).toMatchObject({ prompt: 'p', chosen: 1, chosen_rating: 2 });
});

it('single answers keep the conversation that stands beside them', async () => {
  const rows = [
    { prompt: 'q', completion: 'a', label: true, messages: [...chat('user', 'x'), ...chat('assistant', 'y')] },
  ];
  for (const format of ['trl', 'kto', 'parquet']) {
    const { before, after } = await roundTrip(rows, format);
    expect(before[0].metadata).toEqual({ messages: rows[0].messages });
    expect(after).toEqual(before);
  }
  const shared = await roundTrip(rows, 'sharegpt');
  expect(shared.after[0]).toMatchObject({
    completion: chat('assistant', 'a'),
    metadata: { messages: rows[0].messages },
  });
});

it('prompts stay prompts, whatever stands beside them', async () => {
  const rows = [
    {
      prompt: 'q',
      'metadata:answer': 'x',
      'metadata:messages': chat('user', 'y'),
      'metadata:response': 'z',
      'metadata:chosen': 'u',
      'metadata:losing': 'v',
      id: 1,
    },
  ];
  for (const format of ['trl', 'parquet']) {
    const { before, after } = await roundTrip(rows, format);
    expect(before[0].metadata).toEqual({
      answer: 'x',
      messages: chat('user', 'y'),
      response: 'z',
      chosen: 'u',
      losing: 'v',
      id: 1,
    });
    expect(after).toEqual(before);
  }
});

it('numbers that a double would round keep their digits in every format that holds other columns', async () => {
  const row = { prompt: 'q', chosen: 'a', rejected: 'b', id: new WideNumber('12345678901234567890') };
  const rows = [
    { ...row, post: new WideNumber('9007199254740993'), of: { ids: [new WideNumber('1152921504606846977'), 1.5] } },
    { ...row, chosen: 'c', post: 7, of: { ids: [] }, worth: new WideNumber('0.1234567890123456789') },
  ];
  const metadata = (pairs: readonly { metadata: unknown }[]) => JSON.stringify(pairs.map((pair) => pair.metadata));
  for (const format of ['trl', 'parquet']) {
    const { before, after } = await roundTrip(rows, format);
    expect(metadata(before)).toContain('"id":12345678901234567890,"post":9007199254740993');
    expect(metadata(before)).toContain('[1152921504606846977,1.5]');
    expect(metadata(before)).toContain('"worth":0.1234567890123456789}');
    expect(metadata(after)).toBe(metadata(before));
  }
  const kto = await roundTrip(rows, 'kto');
  expect(kto.after.map((pair) => String(pair.metadata.id))).toEqual(Array(4).fill('12345678901234567890'));
  const comparator = await roundTrip(rows, 'llm-comparator');
  expect(comparator.after.map((pair) => String(pair.metadata.post))).toEqual(['9007199254740993', '7']);
});

it('half a surrogate pair in another column stays what it is', async () => {
  const rows = [{ prompt: 'q', chosen: 'a', rejected: 'b', note: '\ud83d x' }];
  for (const format of ['trl', 'parquet']) {
    const { before, after } = await roundTrip(rows, format);
    expect(before[0].metadata).toEqual({ note: '\ud83d x' });
    expect(after).toEqual(before);
  }
});

it('conversational TRL turns texts into messages', async () => {
  const { text } = await roundTrip([{ prompt: 'q', chosen: 'a', rejected: 'b' }], 'trl-conversational');
  expect(JSON.parse(text)).toEqual({
    prompt: chat('user', 'q'),
    chosen: chat('assistant', 'a'),
    rejected: chat('assistant', 'b'),
  });
});

it('Parquet of many rows is written and read in groups', async () => {
  const rows = Array.from({ length: 4500 }, (_, i) => ({ prompt: `q${i}`, chosen: `a${i}`, rejected: 'b', rank: i }));
  const { before, after } = await roundTrip(rows, 'parquet');
  expect(after).toEqual(before);
});

describe('ShareGPT and dataset_info.json', () => {
  const info = join(folder, 'dataset_info.json');
  const rows = SETS.conversations;

  it('has its entry beside those of others', async () => {
    writeFileSync(info, JSON.stringify({ other: { file_name: 'other.json' } }));
    await roundTrip(rows, 'sharegpt');
    expect(JSON.parse(readFileSync(info, 'utf8'))).toEqual({
      other: { file_name: 'other.json' },
      [`first ${sets}`]: {
        file_name: 'out.jsonl',
        formatting: 'sharegpt',
        ranking: true,
        columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' },
      },
    });
  });

  it('one that is no JSON object stays as it is, and nothing is written', async () => {
    writeFileSync(info, '[1, 2');
    rmSync(join(folder, 'out.jsonl'), { force: true });
    await expect(roundTrip(rows, 'sharegpt')).rejects.toThrow('dataset_info.json: cut off');
    expect(readFileSync(info, 'utf8')).toBe('[1, 2');
    expect(existsSync(join(folder, 'out.jsonl'))).toBe(false);
    rmSync(info);
  });
});

it('an unknown format or version is named, and no file is left', () => {
  const path = join(folder, 'none.jsonl');
  expect(() => exportVersion(store, 'nowhere', 'trl', path)).toThrow('there is no dataset version nowhere');
  expect(() => exportVersion(store, 'nowhere', 'trll', path)).toThrow('did you mean "trl"');
  expect(existsSync(path)).toBe(false);
  expect(exportFormats.all.map((f) => f.id)).toContain('hh');
});
