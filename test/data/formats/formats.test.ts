/** Dataset formats: found by what the rows hold, read into the same stored rows, refused or at fault for the right reason. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RecordValue, RowFault, RowRefused, valueAt } from '../../../src/main/data/formats/format.ts';
import { formats, rankFormats } from '../../../src/main/data/formats/index.ts';
import { splitShared } from '../../../src/main/data/formats/preference-pair.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** The row as the best format reads it, without the fields that are absent. */
function readBest(record: RecordValue): { format: string; rows: object[] } {
  const [best] = rankFormats([record]);
  const present = Object.entries(best.format.mapping).filter(([, column]) => valueAt(record, column) !== undefined);
  const rows = best.format
    .read(record, Object.fromEntries(present))
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([key, v]) => v !== null && v !== false && !(key === 'metadata' && isEmpty(v))),
      ),
    );
  return { format: best.format.id, rows };
}
const isEmpty = (value: unknown): boolean => Object.keys(value as object).length === 0;

const hh = (...turns: string[]) => turns.map((t, i) => `\n\n${i % 2 === 0 ? 'Human' : 'Assistant'}: ${t}`).join('');

describe('one row of each format', () => {
  it.each<[string, RecordValue, object]>([
    [
      'trl',
      { prompt: 'q', chosen: 'a', rejected: 'b', source: 'x' },
      { prompt: 'q', chosen: 'a', rejected: 'b', metadata: { source: 'x' } },
    ],
    [
      'trl',
      { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')], score_chosen: 4, score_rejected: 1 },
      {
        prompt: [user('q')],
        chosen: [assistant('a')],
        rejected: [assistant('b')],
        scoreChosen: 4,
        scoreRejected: 1,
        margin: 3,
      },
    ],
    [
      // Hugging Face's H4 sets: the answers repeat the prompt
      'trl',
      { prompt: 'q', chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] },
      { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')] },
    ],
    [
      'trl',
      { prompt: 'q', chosen: [assistant('a')], rejected: [assistant('b')] },
      { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')] },
    ],
    ['trl-implicit', { chosen: 'q: yes', rejected: 'q: no' }, { prompt: 'q:', chosen: ' yes', rejected: ' no' }],
    [
      'trl-implicit',
      { chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] },
      { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')] },
    ],
    [
      'hh',
      { chosen: hh('q', 'a', 'more?', 'yes'), rejected: hh('q', 'a', 'more?', 'no') },
      {
        prompt: [user('q'), assistant('a'), user('more?')],
        chosen: [assistant('yes')],
        rejected: [assistant('no')],
      },
    ],
    [
      'ultrafeedback',
      { prompt: 'q', chosen: 'a', rejected: 'b', metadata: { score_chosen: 7, score_rejected: 7 } },
      {
        prompt: 'q',
        chosen: 'a',
        rejected: 'b',
        scoreChosen: 7,
        scoreRejected: 7,
        margin: 0,
        tie: true,
        metadata: { metadata: { score_chosen: 7, score_rejected: 7 } },
      },
    ],
    [
      'instruction-preference',
      { instruction: 'Say', input: 'hi', output: 'x', chosen: 'a', rejected: 'b' },
      { prompt: 'Say\nhi\n', chosen: 'a', rejected: 'b', metadata: { output: 'x' } },
    ],
    [
      'instruction-preference',
      { instruction: 'Say', input: '', chosen: 'a', rejected: 'b' },
      { prompt: 'Say\n', chosen: 'a', rejected: 'b' },
    ],
    ['kto', { prompt: 'q', completion: 'a', label: true }, { prompt: 'q', completion: 'a', label: true }],
    [
      'kto',
      { messages: [user('q'), assistant('a')], label: true },
      { prompt: [user('q')], completion: [assistant('a')], label: true },
    ],
    ['kto', { prompt: 'q', completion: 'a', label: '1' }, { prompt: 'q', completion: 'a', label: true }],
    ['prompt-completion', { prompt: 'q', completion: 'a' }, { prompt: 'q', completion: 'a' }],
    ['messages', { messages: [user('q'), assistant('a')] }, { prompt: [user('q')], completion: [assistant('a')] }],
    ['text', { text: 'once' }, { prompt: '', completion: 'once' }],
    ['prompts', { prompt: 'q' }, { prompt: 'q' }],
    [
      'sharegpt',
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'q' },
        ],
        chosen: { from: 'gpt', value: 'a' },
        rejected: { from: 'gpt', value: 'b' },
      },
      { prompt: [{ role: 'system', content: 's' }, user('q')], chosen: [assistant('a')], rejected: [assistant('b')] },
    ],
    [
      'stack-exchange',
      { question: 'q', response_j: 'a', response_k: 'b' },
      { prompt: 'q', chosen: 'a', rejected: 'b' },
    ],
    [
      'question-preference',
      { system: 's', question: 'q', chosen: 'a', rejected: 'b' },
      { prompt: [{ role: 'system', content: 's' }, user('q')], chosen: [assistant('a')], rejected: [assistant('b')] },
    ],
    [
      'truthfulqa',
      { Question: 'q', 'Best Answer': 'a', 'Best Incorrect Answer': 'b', Source: 'x' },
      { prompt: 'q', chosen: 'a', rejected: 'b', metadata: { Source: 'x' } },
    ],
  ])('%s', (format, record, row) => {
    expect(readBest(record)).toEqual({ format, rows: [row] });
  });

  it('a false label is kept', () => {
    const [row] = formats.get('kto').read({ prompt: 'q', completion: 'a', label: false }, formats.get('kto').mapping);
    expect(row.label).toBe(false);
  });
});

describe('detection', () => {
  it('a file in which some rows are HH dialogues is one of dialogues: the others are refused by name', () => {
    const [dialogue, text] = [
      { chosen: hh('q', 'a'), rejected: hh('q', 'b') },
      { chosen: 'q: a', rejected: 'q: b' },
    ];
    const [best] = rankFormats([text, text, dialogue]);
    expect(best.format.id).toBe('hh');
    expect(() => best.format.read(text, best.format.mapping)).toThrow('chosen does not begin with "\\n\\nHuman:"');
    expect(rankFormats(Array(30).fill(text).concat(dialogue))[0].format.id).toBe('trl-implicit');
  });

  it('a row that lacks a field does not make the file a looser format', () => {
    const pair = { prompt: 'q', chosen: 'a', rejected: 'b' };
    expect(rankFormats([pair, { prompt: 'q', chosen: 'a' }])[0].format.id).toBe('trl');
    expect(rankFormats([pair, { chosen: 'a', rejected: 'b' }])[0].format.id).toBe('trl');
    expect(rankFormats([pair, { prompt: 'q' }, { messages: [user('hi')] }])[0].format.id).toBe('trl');
    const judged = { prompt: 'q', completion: 'a', label: true };
    expect(rankFormats([judged, { prompt: 'q', completion: 'a' }])[0].format.id).toBe('kto');
  });

  it('the same names with something else in them are no format', () => {
    expect(rankFormats([{ chosen: { from: 'gpt', value: 'a' }, rejected: { from: 'gpt', value: 'b' } }])).toEqual([]);
    expect(rankFormats([{ question: { text: 'q' }, response_j: 1, response_k: 2 }])).toEqual([]);
    expect(rankFormats([{ question: 'q', mc1_targets: { a: 'yes' } }])).toEqual([]);
    expect(rankFormats([{ prompt: { text: 'q', role: 'prompter' } }])).toEqual([]);
  });
});

/** What reading a record with a format throws. */
function thrownBy(format: string, record: RecordValue): unknown {
  try {
    formats.get(format).read(record, formats.get(format).mapping);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('rows that carry no signal are refused', () => {
  it.each<[string, RecordValue, string]>([
    ['trl', { prompt: 'q', chosen: 'same', rejected: 'same' }, 'identical'],
    ['trl-implicit', { chosen: 'same', rejected: 'same' }, 'identical'],
    ['trl', { prompt: 'q', chosen: 'a', rejected: '' }, 'rejected answer is empty'],
    ['trl-implicit', { chosen: 'q', rejected: 'q: no' }, 'chosen answer is empty'],
    ['hh', { chosen: hh('q', 'a', 'x', 'y'), rejected: hh('q', 'b', 'x', 'z') }, 'differ before the last assistant'],
    ['hh', { chosen: hh('q', 'a'), rejected: hh('q', '') }, 'empty'],
    ['hh', { chosen: hh('q', 'a', 'b'), rejected: hh('q', 'a', 'b') }, "the last turn is not the assistant's"],
    ['messages', { messages: [user('q')] }, "the last message is not the assistant's"],
    ['trl', { prompt: 'q', chosen: ' \n', rejected: 'b' }, 'chosen answer holds nothing but white space'],
    [
      'trl',
      { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('\t')] },
      'rejected answer holds nothing',
    ],
    ['trl', { prompt: [user('q')], chosen: [], rejected: [assistant('b')] }, '"chosen" is an empty list of messages'],
    ['kto', { prompt: 'q', completion: '', label: true }, 'the completion is empty'],
    ['prompt-completion', { prompt: 'q', completion: ' ' }, 'the completion holds nothing but white space'],
    ['messages', { messages: [user('q'), assistant(' ')] }, 'the completion holds nothing but white space'],
    ['text', { text: '' }, 'the completion is empty'],
    ['alpaca', { instruction: 'q', input: '', output: '' }, 'the completion is empty'],
    ['llmbar', { input: 'q', output_1: 'a', output_2: ' ', label: 1 }, 'rejected answer holds nothing but white space'],
    ['sharegpt', { conversations: [user('q'), { from: 'narrator', value: 'a' }] }, 'a message is of "narrator"'],
    ['sharegpt', { conversations: [user('q'), { from: 'function_call', value: '{}' }] }, 'calls a tool'],
    [
      'messages',
      { messages: [{ role: 'user', content: [{ type: 'image' }] }, assistant('a')] },
      'a part of type "image"',
    ],
  ])('%s: %j', (format, record, reason) => {
    const error = thrownBy(format, record);
    expect(error).toBeInstanceOf(RowRefused);
    expect(error).not.toBeInstanceOf(RowFault);
    expect((error as RowRefused).message).toContain(reason);
  });

  it('identical answers that the row calls a tie are one', () => {
    const record = { prompt: 'q', chosen: 'same', rejected: 'same', tie: 'true' };
    const [row] = formats.get('trl').read(record, formats.get('trl').mapping);
    expect(row.tie).toBe(true);
  });
});

describe('rows that do not fit are faults with a field', () => {
  it.each<[string, RecordValue, string, string]>([
    ['trl', { prompt: 'q', chosen: 'a' }, 'rejected', 'is missing; the row has prompt, chosen'],
    ['trl', { prompt: 'q', chosen: null, rejected: 'b' }, 'chosen', 'is null'],
    ['trl', { prompt: 'q', chosen: 'a', rejected: [assistant('b')] }, 'rejected', 'both be text or both conversations'],
    ['trl', { prompt: 'q \ud800', chosen: 'a', rejected: 'b' }, 'prompt', 'half a surrogate pair'],
    ['trl', { prompt: 'q', chosen: [{ role: 'user' }], rejected: 'b' }, 'chosen', 'items are not messages'],
    ['trl', { prompt: 'q', chosen: 'a', rejected: 'b', margin: 'much' }, 'margin', 'must be a number'],
    ['kto', { prompt: 'q', completion: 'a', label: 'maybe' }, 'label', 'must be true or false'],
    ['kto', { prompt: 'q', completion: 'a' }, 'label', 'is missing'],
    ['messages', { messages: 'hi' }, 'messages', 'a list of {role, content}'],
  ])('%s: %j', (format, record, field, reason) => {
    const error = thrownBy(format, record);
    expect(error).toBeInstanceOf(RowFault);
    expect((error as RowFault).field).toBe(field);
    expect((error as RowFault).message).toContain(reason);
  });
});

it('the shared beginning never ends inside a surrogate pair', () => {
  expect(splitShared('a 😀', 'a 😁')).toEqual({ prompt: 'a ', chosen: '😀', rejected: '😁' });
});

it('every file of the folder is in the registry or shared by those that are', () => {
  const folder = new URL('../../../src/main/data/formats/', import.meta.url);
  const shared = [
    'format.ts',
    'index.ts',
    'judged-table.ts',
    'lists.ts',
    'messages.ts',
    'preference-pair.ts',
    'prompt.ts',
    'ranked.ts',
    'rated-answers.ts',
    'row-refused.ts',
    'two-answers.ts',
  ];
  const files = readdirSync(folder).filter((f) => !shared.includes(f));
  const imported = [...readFileSync(new URL('index.ts', folder), 'utf8').matchAll(/from '\.\/(.+\.ts)'/g)].map(
    (m) => m[1],
  );
  expect(files.sort()).toEqual(imported.filter((f) => f !== 'format.ts').sort());
  // what is imported there is in the list, or the types say so: unused imports are errors
  expect(new Set(formats.all.map((f) => f.id)).size).toBe(formats.all.length);
});
