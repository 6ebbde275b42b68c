/** `plumb datasets` and `plumb export`, the built program: what is listed, how versions come about, what leaves the workspace. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, failure, plumb } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-datasets-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);
const fails = (code: number, ...words: string[]) => failure(code, ...words, '--home', home);

interface Row {
  readonly prompt: string;
  readonly chosen: string;
  readonly metadata: Record<string, unknown>;
}
const rowsOf = async (reference: string): Promise<Row[]> =>
  (await call<{ rows: Row[] }>('datasets', 'pairs', reference, '--limit', '1000')).rows;

/** 60 rows over 20 prompts; row i has margin i / 10, each tenth is a tie, the last repeats the first. */
const ROWS = Array.from({ length: 60 }, (_, i) => ({
  prompt: `prompt ${i % 20}`,
  chosen: `chosen ${i} ${'x'.repeat(i)}`,
  rejected: `rejected ${i}`,
  margin: i / 10,
  tie: i % 10 === 0,
  annotator: i % 2 === 0 ? 'even' : 'odd',
}));

beforeAll(async () => {
  const path = join(folder, 'rows.jsonl');
  writeFileSync(path, [...ROWS, ROWS[0]].map((r) => JSON.stringify(r)).join('\n'));
  await call('import', path, '--name', 'base');
});

describe('list, show, pairs, versions', () => {
  it('an empty workspace lists nothing and is not made', async () => {
    const none = join(folder, 'none');
    expect(await document('datasets', '--home', none)).toEqual({ datasets: [] });
    expect((await plumb('datasets', '--home', none)).out).toContain('No datasets yet');
    expect(existsSync(none)).toBe(false);
  });

  it('facts of a dataset by name, by version and by id', async () => {
    const shown = await call<{ id: string }>('datasets', 'show', 'base');
    expect(shown).toMatchObject({
      dataset: 'base',
      version: 1,
      kind: 'preference',
      rows: 61,
      prompts: 20,
      ties: 7,
      duplicates: 1,
      rows_read: 61,
      refused_total: 0,
    });
    expect(await call('datasets', 'show', 'base@1')).toEqual(shown);
    expect(await call('datasets', 'show', shown.id)).toEqual(shown);
    const { datasets } = await call<{ datasets: { dataset: string }[] }>('datasets');
    expect(datasets).toEqual([expect.objectContaining({ dataset: 'base', version: 1, rows: 61 })]);
  });

  it('pages of rows', async () => {
    const page = await call<{ total: number; rows: { index: number; chosen: string }[] }>(
      'datasets',
      'pairs',
      'base',
      '--offset',
      '58',
      '--limit',
      '10',
    );
    expect(page.total).toBe(61);
    expect(page.rows.map((r) => r.index)).toEqual([58, 59, 60]);
    expect((await call<{ rows: unknown[] }>('datasets', 'pairs', 'base', '--offset', '61')).rows).toEqual([]);
    const { out } = await plumb('datasets', 'pairs', 'base', '--limit', '1', '--home', home);
    expect(out).toContain('#0 rows.jsonl:1 (tie)\n  prompt     prompt 0\n');
  });

  it.each([
    [3, ['show', 'bas'], 'there is no dataset "bas"; did you mean "base"?'],
    [3, ['show', 'base@7'], 'the dataset "base" has no version 7; versions: 1'],
    [2, ['shwo', 'base'], 'unknown command "datasets shwo"; did you mean "datasets show"?'],
    [2, ['show'], "missing required argument 'dataset'"],
    [2, ['pairs', 'base', '--limit', 'x'], '--limit must be a whole number'],
    [2, ['pairs', 'base', '--ofset', '1'], 'unknown option --ofset of datasets pairs; did you mean --offset?'],
    [2, ['filter', 'base'], 'say what to keep'],
    [2, ['filter', 'base', '--min-margin', 'x'], '--min-margin must be a number'],
    [3, ['filter', 'base', '--min-margin', '100'], 'no row of "base" is left'],
    [2, ['split', 'base', '--share', '1'], '--share must be above 0 and below 1'],
    [3, ['split', 'base', '--names', 'a,a'], 'both parts would be called "a"'],
    [3, ['split', 'base', '--names', 'a,b@2'], "cannot be a dataset's name"],
    [2, ['remove', 'base@1'], 'to remove the dataset with all its versions name "base"'],
  ] as const)('exit code %d: datasets %j', async (code, words, message) => {
    expect((await fails(code, 'datasets', ...words)).message).toContain(message);
    expect((await call<{ datasets: unknown[] }>('datasets')).datasets).toHaveLength(1);
  });
});

describe('filter and split', () => {
  it('keeps what passes every filter, as the next version, and says how', async () => {
    const made = await call(
      'datasets',
      'filter',
      'base',
      '--no-ties',
      '--min-margin',
      '3',
      '--annotator',
      'odd',
      '--max-chars',
      '70',
    );
    const expected = ROWS.filter(
      (r) => !r.tie && r.margin >= 3 && r.annotator === 'odd' && r.prompt.length + r.chosen.length <= 70,
    );
    expect(expected.length).toBeGreaterThan(3);
    expect(made).toMatchObject({ dataset: 'base', version: 2, rows: expected.length, rows_before: 61 });
    expect((await rowsOf('base')).map((r) => r.chosen)).toEqual(expected.map((r) => r.chosen));
    expect(await rowsOf('base@1')).toHaveLength(61);
    const { versions } = await call<{ versions: { recipe: string }[] }>('datasets', 'versions', 'base');
    expect(versions[0].recipe).toBe(
      'filtered from base@1: no ties, margin at least 3, prompt and answer at most 70 characters, by "odd"',
    );
  });

  it('each row once, and the first of what is left, under another name', async () => {
    const once = await call('datasets', 'filter', 'base@1', '--no-duplicates', '--name', 'once');
    expect(once).toMatchObject({ dataset: 'once', version: 1, rows: 60 });
    const few = await call('datasets', 'filter', 'base@1', '--contains', 'prompt 7', '--limit', '2', '--name', 'few');
    expect(few).toMatchObject({ rows: 2, prompts: 1 });
    expect(await call('datasets', 'filter', 'once', '--without', 'prompt 1', '--name', 'without')).toMatchObject({
      prompts: 9,
    });
  });

  it('a split keeps prompts apart, loses nothing, and comes out the same again', async () => {
    const { parts } = await call<{ parts: { rows: number; prompts: number }[] }>(
      'datasets',
      'split',
      'base@1',
      '--share',
      '0.25',
      '--seed',
      '7',
      '--names',
      'most,held',
    );
    expect(parts.map((p) => p.prompts)).toEqual([15, 5]);
    const [most, held] = [await rowsOf('most'), await rowsOf('held')];
    const prompts = new Set(most.map((r) => r.prompt));
    expect(held.filter((r) => prompts.has(r.prompt))).toEqual([]);
    const texts = [...most, ...held].map((r) => r.chosen).sort();
    expect(texts).toEqual([...ROWS, ROWS[0]].map((r) => r.chosen).sort());
    await call('datasets', 'split', 'base@1', '--share', '0.25', '--seed', '7', '--names', 'most,held');
    expect(await rowsOf('held@2')).toEqual(held);
    await call('datasets', 'split', 'base@1', '--share', '0.25', '--seed', '8', '--names', 'most,held');
    expect((await rowsOf('held@3')).map((r) => r.prompt)).not.toEqual(held.map((r) => r.prompt));
  });

  it('a removed dataset is gone with its rows', async () => {
    await call('datasets', 'filter', 'base@1', '--limit', '3', '--name', 'gone');
    expect(await call('datasets', 'remove', 'gone')).toEqual({ removed: 'gone' });
    expect((await fails(3, 'datasets', 'show', 'gone')).code).toBe('not_found');
  });
});

describe('derive, repeat, tree, diff', () => {
  it('any operation makes a version whose recipe gives the same rows again', async () => {
    const { versions } = await call<{ versions: { rows: number; content_hash: string }[] }>(
      'datasets',
      'derive',
      'flip-noise',
      'base@1',
      '--set',
      'share=0.5',
      '--set',
      'seed=3',
      '--name',
      'noisy',
    );
    expect(versions).toMatchObject([{ dataset: 'noisy', version: 1, rows: 61 }]);
    expect(await call('datasets', 'repeat', 'noisy')).toMatchObject({
      content_hash: versions[0].content_hash,
      repeated_hash: versions[0].content_hash,
      matches: true,
    });
    const shown = await call<{ versions: object[] }>('datasets', 'versions', 'noisy');
    expect(shown.versions[0]).toMatchObject({
      derivation: {
        operation: 'flip-noise',
        params: { share: 0.5, seed: 3 },
        parents: [{ dataset: 'base', version: 1 }],
      },
    });
    const { versions: tree } = await call<{ versions: { dataset: string; depth: number }[] }>(
      'datasets',
      'tree',
      'noisy',
    );
    expect(tree[0]).toMatchObject({ dataset: 'base', version: 1, depth: 0 });
    expect(tree.find(({ dataset }) => dataset === 'noisy')).toMatchObject({ depth: 1, runs: [] });
    const difference = await call('datasets', 'diff', 'base@1', 'noisy', '--limit', '2');
    // 7 of 61 are ties: half of 54 are turned round
    expect(difference).toMatchObject({
      same: 34,
      added: 0,
      removed: 0,
      changed: 27,
      rows: [{ kind: 'changed' }, { kind: 'changed' }],
    });
    expect((await plumb('datasets', 'diff', 'base@1', 'noisy', '--home', home)).out).toContain(
      '34 same, 0 added, 0 removed, 27 changed',
    );
  });

  it('parameters come from a file too, and are checked', async () => {
    const file = join(folder, 'edits.json');
    writeFileSync(file, JSON.stringify({ edits: [{ index: 0, drop: true }] }));
    const { versions } = await call<{ versions: object[] }>(
      'datasets',
      'derive',
      'edit',
      'base@1',
      '--params',
      file,
      '--name',
      'edited',
    );
    expect(versions).toMatchObject([{ rows: 60 }]);
    writeFileSync(file, '[1]');
    const derive = (code: number, ...words: string[]) => fails(code, 'datasets', 'derive', ...words);
    expect((await derive(3, 'edit', 'base@1', '--params', file)).message).toContain(
      'an object of parameters was expected',
    );
    expect((await derive(2, 'flip', 'base@1')).message).toContain('there is no operation "flip": filter, edit');
    expect((await derive(2, 'sample', 'base@1', '--set', 'count=0')).message).toContain('sample: count');
    expect((await derive(2, 'sample', 'base@1', '--set', 'count')).message).toContain('--set takes NAME=VALUE');
    expect((await derive(3, 'merge', 'base@1')).message).toContain('merge reads at least two versions');
    expect((await fails(3, 'datasets', 'repeat', 'base@1')).message).toContain('was not made from another version');
  });

  it('one version can be removed, the last only with its dataset', async () => {
    await call('datasets', 'filter', 'noisy', '--no-ties');
    expect(await call('datasets', 'remove', 'noisy@1')).toEqual({ removed: 'noisy@1' });
    expect((await fails(3, 'datasets', 'repeat', 'noisy')).message).toContain(
      'noisy@1, which it was made from, does not exist any more',
    );
    expect((await fails(2, 'datasets', 'remove', 'noisy@2')).message).toContain('is the only version');
  });
});

describe('quality', () => {
  interface Report {
    readonly checks: { id: string; count: number; skipped: string | null }[];
    readonly baselines: { id: string; accuracy: number; n: number }[];
  }
  it('prints the report, and the rows of a check', async () => {
    const report = await call<Report>(
      'datasets',
      'quality',
      'base@1',
      '--model',
      'helpful-reference',
      '--max-length',
      '4',
    );
    const count = (id: string) => report.checks.find((check) => check.id === id)?.count;
    expect([count('ties'), count('exact-duplicates'), count('identical-answers')]).toEqual([7, 1, 0]);
    expect(count('truncated')).toBeGreaterThan(0);
    // every chosen answer is longer: "chosen 0 " against "rejected 0" is not
    const longer = ROWS.filter((r) => !r.tie && r.chosen.length > r.rejected.length).length;
    const same = ROWS.filter((r) => !r.tie && r.chosen.length === r.rejected.length).length;
    expect(report.baselines[0]).toMatchObject({ id: 'length-baseline', n: 54 });
    expect(report.baselines[0].accuracy).toBeCloseTo((longer + same / 2) / 54, 10);
    const rows = await call('datasets', 'quality', 'base@1', '--check', 'ties');
    expect(rows).toMatchObject({ check: 'ties', rows: [0, 10, 20, 30, 40, 50, 60] });
    const { out } = await plumb('datasets', 'quality', 'base@1', '--home', home);
    expect(out).toMatch(/! {2}Ties +7 {2}11\.5% {2}Neither answer is the better one/);
    const clean = await call<{ versions: object[] }>(
      'datasets',
      'derive',
      'filter',
      'base@1',
      '--set',
      'drop_checks=["ties","exact-duplicates"]',
      '--name',
      'clean',
    );
    expect(clean.versions).toMatchObject([{ rows: 54 }]);
    expect(await call('datasets', 'repeat', 'clean')).toMatchObject({
      matches: true,
      recipe: 'filtered from base@1: without ties, exact duplicates',
    });
  });

  it('refuses what it cannot do', async () => {
    expect((await fails(2, 'datasets', 'quality', 'base@1', '--threshold', '2')).message).toContain(
      '--threshold must be at most 1',
    );
    expect((await fails(2, 'datasets', 'quality', 'base@1', '--check', 'colour')).message).toContain(
      '--check must be one of',
    );
    expect((await fails(3, 'datasets', 'quality', 'base@1', '--model', 'none')).message).toContain(
      'none: there is no such file or folder',
    );
    expect((await fails(3, 'datasets', 'quality', 'base@1', '--against', 'none')).message).toContain(
      'there is no dataset "none"',
    );
  });
});

describe('export', () => {
  const out = (name: string) => join(folder, name);

  it.each(['trl', 'trl-conversational', 'csv', 'hh', 'sharegpt'])(
    '%s comes back with as many pairs',
    async (format) => {
      const path = out(`again.${format === 'csv' ? 'csv' : 'jsonl'}`);
      expect(await call('export', 'base@1', '--format', format, '--out', path)).toMatchObject({
        rows: 61,
        left_out: 0,
        out: path,
      });
      const back = await call('import', path, '--name', `back-${format}`);
      expect(back).toMatchObject({ rows_read: 61, rows_accepted: 61, pairs: 61, prompts: 20, duplicates: 1 });
    },
  );

  it('kto makes two rows of a pair and leaves ties out', async () => {
    const path = out('kto.jsonl');
    expect(await call('export', 'base@1', '--format', 'kto', '--out', path)).toMatchObject({ rows: 54, left_out: 7 });
    expect(await call('import', path, '--name', 'back-kto')).toMatchObject({ rows_read: 108, unpaired: 108, pairs: 0 });
    const error = await fails(3, 'export', 'back-kto', '--format', 'hh', '--out', out('no.jsonl'));
    expect(error.message).toBe('the dataset "back-kto" holds unpaired; the format hh holds preference');
  });

  it('llm-comparator has an example for each pair', async () => {
    const path = out('comparator.json');
    await call('export', 'base@1', '--format', 'llm-comparator', '--out', path);
    const { models, examples } = JSON.parse(readFileSync(path, 'utf8'));
    expect(models).toEqual([{ name: 'chosen' }, { name: 'rejected' }]);
    expect(examples).toHaveLength(61);
    expect(examples[1]).toMatchObject({
      input_text: 'prompt 1',
      output_text_a: 'chosen 1 x',
      output_text_b: 'rejected 1',
      score: 1,
    });
    expect(examples[10].score).toBe(0);
  });

  it('nothing is left of an export that cannot be', async () => {
    const before = readdirSync(folder);
    expect((await fails(2, 'export', 'base', '--format', 'trll', '--out', out('x'))).message).toContain(
      'did you mean "trl"?',
    );
    expect((await fails(3, 'export', 'base', '--format', 'trl', '--out', folder)).message).toContain('is a folder');
    expect((await fails(3, 'export', 'base', '--format', 'trl', '--out', '/dev/null')).message).toContain(
      'not a regular file',
    );
    expect((await fails(3, 'export', 'base', '--format', 'trl', '--out', out('no/where.jsonl'))).message).toContain(
      'cannot be written',
    );
    expect((await fails(3, 'export', 'nothing', '--format', 'trl', '--out', out('x'))).code).toBe('not_found');
    expect((await fails(2, 'export', 'base', '--format', 'trl')).message).toContain('--out');
    expect(readdirSync(folder)).toEqual(before);
  });
});

it.each(['import', 'export', 'datasets', 'models', 'tokenize', 'logits', 'logprobs', 'generate'])(
  '%s --help has examples',
  async (word) => {
    const { code, out } = await plumb(word, '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\n {2}plumb ${word}`));
  },
);
