/** `plumb import`, the built program: real files, broken files, several at once, killed and stopped in the middle. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSyntheticPairs } from '../../src/main/bench/synthetic-pairs.ts';
import { document, failure, onlyDocument, plumb, program, shared, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-import-'));
let homes = 0;
const newHome = (): string => join(folder, `home-${homes++}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const jsonl = (rows: readonly unknown[]) => rows.map((r) => JSON.stringify(r)).join('\n');
const pair = (i: number) => ({ prompt: `q${i}`, chosen: `good ${i}`, rejected: `bad ${i}` });

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Report {
  readonly dataset: string;
  readonly version: number;
  readonly format: string;
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly pairs: number;
  readonly unpaired: number;
  readonly duplicates: number;
  readonly ties: number;
  readonly refused_total: number;
  readonly refused: readonly { line: number; row: number; reason: string; file?: string }[];
}

const named = async (home: string): Promise<string[]> =>
  (await document<{ datasets: { dataset: string }[] }>('datasets', '--home', home)).datasets.map((d) => d.dataset);

describe('rows', () => {
  it('read = accepted + refused; duplicates and ties are kept, refused rows have their line', async () => {
    const rows = [pair(1), pair(1), { ...pair(2), chosen: '' }, { ...pair(3), tie: true }, { ...pair(4), margin: 1.5 }];
    const home = newHome();
    const report = await document<Report>('import', file('rows.jsonl', `${jsonl(rows)}\n\n`), '--home', home);
    expect(report).toMatchObject({ dataset: 'rows', version: 1, rows_read: 5, rows_accepted: 4, refused_total: 1 });
    expect(report).toMatchObject({ pairs: 4, duplicates: 1, ties: 1, format: 'trl' });
    expect(report.refused).toEqual([expect.objectContaining({ line: 3, reason: 'the chosen answer is empty' })]);
    const { rows: stored } = await document<{ rows: Record<string, unknown>[] }>(
      'datasets',
      'pairs',
      'rows',
      '--home',
      home,
    );
    expect(stored.map((r) => [r.prompt, r.tie, r.margin, r.line])).toEqual([
      ['q1', false, undefined, 1],
      ['q1', false, undefined, 2],
      ['q3', true, undefined, 4],
      ['q4', false, 1.5, 5],
    ]);
  });

  it('--map reads columns of any name and nested ones; in the words after one --map too', async () => {
    const rows = [{ ask: { text: 'q' }, good: 'a', bad: 'b', meta: { s: 2, t: 1 }, left: 'over' }];
    const home = newHome();
    const path = file('odd.jsonl', jsonl(rows));
    const maps = [
      '--map',
      'prompt=ask.text',
      'chosen=good',
      '--map',
      'rejected=bad',
      'score_chosen=meta.s',
      'score_rejected=meta.t',
    ];
    const dry = await document('import', path, ...maps, '--dry-run', '--home', home);
    expect(dry).toMatchObject({
      dry_run: true,
      version: null,
      format: 'columns',
      pairs: 1,
      mapping: { prompt: 'ask.text' },
    });
    expect(existsSync(home)).toBe(false);
    await document('import', path, ...maps, '--home', home);
    const { rows: stored } = await document<{ rows: unknown[] }>('datasets', 'pairs', 'odd', '--home', home);
    expect(stored).toEqual([
      expect.objectContaining({
        prompt: 'q',
        chosen: 'a',
        rejected: 'b',
        score_chosen: 2,
        margin: 1,
        metadata: expect.objectContaining({ left: 'over' }),
      }),
    ]);
  });

  it('Parquet goes out and comes in as it was', async () => {
    const home = newHome();
    const rows = [
      { ...pair(1), margin: 2, note: 'é' },
      { ...pair(2), tie: true },
    ];
    await document('import', file('first.jsonl', jsonl(rows)), '--home', home);
    const out = join(folder, 'first.parquet');
    await document('export', 'first', '--format', 'parquet', '--out', out, '--home', home);
    expect(readFileSync(out).toString('latin1', 0, 4)).toBe('PAR1');
    const report = await document<Report>('import', out, '--name', 'second', '--home', home);
    expect(report).toMatchObject({ format: 'trl', pairs: 2, ties: 1, refused_total: 0 });
    const rowsOf = async (name: string) => {
      const { rows: all } = await document<{ rows: Record<string, unknown>[] }>(
        'datasets',
        'pairs',
        name,
        '--home',
        home,
      );
      return all.map(({ prompt, chosen, rejected, margin, tie, metadata }) => [
        prompt,
        chosen,
        rejected,
        margin,
        tie,
        metadata,
      ]);
    };
    expect(await rowsOf('second')).toEqual(await rowsOf('first'));
  });

  it('what --map said is kept for the next file with the same columns; --as-found forgets it', async () => {
    const home = newHome();
    const maps = ['--map', 'prompt=ask', 'chosen=poor', 'rejected=rich'];
    await document('import', file('kept.csv', 'ask,rich,poor\nq,a,b\n'), ...maps, '--home', home);
    const next = file('next.csv', 'poor,ask,rich\nd,q2,c\n');
    const dry = await document('import', next, '--dry-run', '--home', home);
    expect(dry).toMatchObject({ remembered: 'kept.csv', mapping: { chosen: 'poor' }, pairs: 1 });
    const { out } = await plumb('import', next, '--dry-run', '--home', home);
    expect(out).toContain('as chosen for kept.csv, which has the same columns; --as-found reads it as it is found');
    expect(await document('import', next, '--home', home)).toMatchObject({ pairs: 1 });
    const unknown = await failure(3, 'import', next, '--as-found', '--home', home);
    expect(unknown.message).toContain('no known format fits its columns (poor, ask, rich)');
    await failure(2, 'import', next, '--as-found', ...maps, '--home', home);
  });

  it('columns of no known format are an error that lists them and what they may be', async () => {
    const home = newHome();
    const path = file('guess.csv', 'the_question,better_reply,worse_reply\nq,a,b\n');
    const { message } = await failure(3, 'import', path, '--home', home);
    expect(message).toContain('(the_question, better_reply, worse_reply)');
    expect(message).toContain('--map prompt=the_question --map chosen=better_reply --map rejected=worse_reply');
    const maps = message.match(/--map [a-z]+=\w+/g)?.flatMap((word) => word.split(' ')) ?? [];
    expect(await document('import', path, ...maps, '--home', home)).toMatchObject({ pairs: 1 });
  });

  it('several files are one version, each row with its own file', async () => {
    const home = newHome();
    const parts = [
      file('part-1.jsonl', jsonl([pair(1)])),
      file('part-2.csv', 'prompt,chosen,rejected\nq,a,b\nq,c,c\n'),
    ];
    const report = await document<Report>('import', ...parts, '--name', 'both', '--home', home);
    expect(report).toMatchObject({ dataset: 'both', version: 1, rows_read: 3, rows_accepted: 2 });
    expect(report.refused).toEqual([expect.objectContaining({ file: 'part-2.csv', line: 3 })]);
    const { rows } = await document<{ rows: { file: string }[] }>('datasets', 'pairs', 'both', '--home', home);
    expect(rows.map((r) => r.file)).toEqual(['part-1.jsonl', 'part-2.csv']);
    const bad = file('part-3.jsonl', jsonl([pair(1), { text: 'no pair' }]));
    const error = await failure(3, 'import', parts[0], bad, '--name', 'three', '--home', home);
    expect(error.message).toContain('part-3.jsonl:2: ');
    expect(await named(home)).toEqual(['both']);
  });

  it('people get the same in words', async () => {
    const { out, code } = await plumb(
      'import',
      file('words.jsonl', jsonl([pair(1), { ...pair(2), chosen: '' }])),
      '--home',
      newHome(),
    );
    expect(code).toBe(0);
    expect(out).toMatch(
      /1 of 2 rows became version 1 of "words": preference, read as trl\n.*\n1 refused:\n {2}line 2: /,
    );
  });

  it.each([
    [['--format', 'trll'], 'unknown format "trll"; did you mean "trl"?'],
    [['--map', 'promt=x'], 'unknown field "promt"; did you mean "prompt"?'],
    [['--map', 'prompt'], 'FIELD=COLUMN was expected'],
    [['--map', 'prompt=a', '--map', 'prompt=b'], 'prompt is mapped twice'],
    [['--format', 'kto', '--map', 'chosen=a'], 'the format kto has no field "chosen"'],
    [['--dryrun'], 'unknown option --dryrun of import; did you mean --dry-run?'],
  ])('%j is wrong usage', async (words, message) => {
    const error = await failure(2, 'import', file('usage.jsonl', jsonl([pair(1)])), ...words, '--home', newHome());
    expect(error.message).toContain(message);
  });

  it.each(['a@2', 'a/b', ' a', 'a\nb', '', 'x'.repeat(200)])('%j cannot be a name', async (name) => {
    const error = await failure(3, 'import', file('name.jsonl', jsonl([pair(1)])), '--name', name, '--home', newHome());
    expect(error.message).toContain("cannot be a dataset's name");
  });

  it('a wrong column names the nearest', async () => {
    const error = await failure(
      3,
      'import',
      file('col.jsonl', jsonl([pair(1)])),
      '--map',
      'chosen=chosn',
      '--home',
      newHome(),
    );
    expect(error.message).toMatch(/no column "chosn" for chosen; did you mean "chosen"/);
  });
});

/** Numbers of the files' own descriptions where they give them. */
const REAL: readonly (readonly [string, string, number, Partial<Report>])[] = [
  ['ultrafeedback_binarized_train1000.jsonl', 'ultrafeedback', 1000, { ties: 110 }],
  ['hh-rlhf_helpful-base_test_2352.jsonl', 'hh', 2352, {}],
  ['rasbt_instruction-data-with-preference.json', 'instruction-preference', 1100, { refused_total: 6 }],
  ['llamafactory_dpo_en_demo.json', 'sharegpt', 300, { pairs: 300 }],
  ['llamafactory_dpo_zh_demo.json', 'sharegpt', 300, { pairs: 300 }],
  ['llamafactory_kto_en_demo.json', 'kto', 300, { unpaired: 300, pairs: 0 }],
  ['oasst_en_100_tree.jsonl', 'oasst', 100, { pairs: 754 }],
  ['oasst_en_100_message.jsonl', 'oasst', 100, { pairs: 754 }],
  ['torchtune_hh_rlhf_tiny.json', 'trl-implicit', 1, { pairs: 1 }],
  ['torchtune_stack_exchange_paired_tiny.json', 'stack-exchange', 25, { pairs: 25 }],
  ['truthfulqa/TruthfulQA.csv', 'truthfulqa', 790, { pairs: 790 }],
  ['truthfulqa/mc_task.json', 'multiple-choice', 790, {}],
];

describe.skipIf(!existsSync(join(shared, 'data/preference')))('real data', () => {
  it.each(REAL)('%s is read as %s', async (name, format, rows, wanted) => {
    const report = await document<Report>('import', join(shared, 'data/preference', name), '--home', newHome());
    expect(report).toMatchObject({ format, rows_read: rows, ...wanted });
    expect(report.rows_accepted + report.refused_total).toBe(rows);
    expect(report.refused).toHaveLength(Math.min(200, report.refused_total));
    for (const { line, reason } of report.refused) expect([typeof line, reason.length > 5]).toEqual(['number', true]);
  });
});

interface Malformed {
  readonly file: string;
  readonly verdict: 'error' | 'warn' | 'accept';
  readonly line: number | null;
  readonly field: string | null;
  readonly generate?: { prefix: string; repeat: string; times: number; suffix: string };
}

const malformed = join(shared, 'fixtures/malformed/datasets');
const cases: Malformed[] = existsSync(join(malformed, 'index.json'))
  ? JSON.parse(readFileSync(join(malformed, 'index.json'), 'utf8')).files
  : [];

describe.skipIf(cases.length === 0)('files that others collected', () => {
  it.each(cases)('$file: $verdict', async ({ file: name, verdict, line, field, generate }) => {
    const home = newHome();
    const path = generate
      ? file(name, generate.prefix + generate.repeat.repeat(generate.times) + generate.suffix)
      : join(malformed, name);
    if (verdict !== 'error') {
      const report = await document<Report>('import', path, '--home', home);
      expect(report.refused.map((r) => r.line)).toEqual(verdict === 'warn' ? [line] : []);
      return;
    }
    const { code, message } = await failure(3, 'import', path, '--home', home);
    expect(code).toBe('bad_dataset');
    if (line !== null) expect(message).toContain(`${name}:${line}:`);
    // which field holds a byte that is not UTF-8 cannot be known before the line is text
    if (field !== null && name !== 'invalid-utf8.jsonl') expect(message).toContain(`"${field}"`);
    expect(await named(home)).toEqual([]);
  });
});

describe('what is no file of rows', () => {
  const packed = gzipSync(jsonl(Array.from({ length: 500 }, (_, i) => pair(i))));
  const zstd = zstdCompressSync(jsonl(Array.from({ length: 500 }, (_, i) => pair(i))));
  it.each<[string, () => string, RegExp]>([
    ['a folder', () => folder, /is a folder; expected a file/],
    ['nothing', () => join(folder, 'nowhere.jsonl'), /nowhere\.jsonl: there is no such file/],
    ['a path through a file', () => join(file('plain.txt', 'x'), 'inside'), /plain\.txt\/inside: /],
    ['a device that never ends', () => '/dev/zero', /is not a regular file/],
    ['a pipe that nobody writes', () => pipe(), /is not a regular file/],
    ['a gzip file cut off', () => file('cut.jsonl.gz', packed.subarray(0, packed.length / 2)), /cannot be unpacked/],
    [
      'a zstandard file cut off',
      () => file('cut.jsonl.zst', zstd.subarray(0, zstd.length / 2)),
      /cannot be unpacked|:\d+: cut off/,
    ],
    ['a damaged gzip file', () => file('bad.jsonl.gz', damaged(packed)), /cannot be unpacked/],
    [
      'a zip archive',
      () => file('rows.jsonl.zip', Buffer.from('PK\x03\x04rest', 'latin1')),
      /zip archives are not read/,
    ],
    [
      'a Parquet file',
      () => file('rows.parquet', Buffer.from('PAR1\x15\x04\x15', 'latin1')),
      /the Parquet file is damaged or cut off/,
    ],
    [
      'a picture',
      () => file('picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
      /NUL bytes|not UTF-8/,
    ],
    ['a header without rows', () => file('header.csv', 'prompt,chosen,rejected\n'), /a header and no rows/],
    ['numbers alone', () => file('numbers.jsonl', '1\n2\n'), /no known format fits|header/],
    ['an empty list', () => file('none.json', '[]'), /no rows|no known format/],
    ['HTML', () => file('page.jsonl', '<!doctype html>\n<p>Not found</p>\n'), /no known format fits|fields/],
  ])('%s', async (_what, path, message) => {
    const home = newHome();
    const error = await failure(3, 'import', path(), '--home', home);
    expect(error.message).toMatch(message);
    expect(await named(home)).toEqual([]);
  });

  it.each([
    ['CSV called .jsonl', 'wrong.jsonl', 'prompt,chosen,rejected\nq,a,b\n'],
    ['JSONL called .csv', 'wrong.csv', jsonl([pair(1)])],
    ['gzip without its ending', 'gzipped.jsonl', gzipSync(jsonl([pair(1)]))],
    ['zstandard', 'rows.jsonl.zst', zstdCompressSync(jsonl([pair(1)]))],
    ['Windows line ends', 'windows.jsonl', `${JSON.stringify(pair(1))}\r\n`],
  ])('%s is read by its content', async (_what, name, content) => {
    expect(await document('import', file(name, content), '--home', newHome())).toMatchObject({ rows_accepted: 1 });
  });

  const pipe = (): string => {
    const path = join(folder, 'pipe');
    if (!existsSync(path)) execFileSync('mkfifo', [path]);
    return path;
  };

  function damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    for (let i = 40; i < copy.length; i += 7) copy[i] ^= 0x5a;
    return copy;
  }
});

const isRoot = process.getuid?.() === 0;
/** The user that owns nothing. */
const NOBODY = 65_534;

describe.skipIf(!isRoot && process.platform === 'win32')('without permission', () => {
  let open: string;
  beforeAll(() => {
    // the program must be readable for that other user: a copy of it would not find its packages
    open = mkdtempSync(join(tmpdir(), 'plumb-nobody-'));
    chmodSync(open, 0o777);
  });
  afterAll(() => rmSync(open, { recursive: true, force: true }));

  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const call = (...words: string[]) => start([...words, '--home', join(open, 'home'), '--json', '-'], as).ended;

  /** Root reads everything: the test only tests when another user can start the program at all. */
  async function mayStart(): Promise<boolean> {
    try {
      return (await start(['--version'], as).ended).code === 0;
    } catch {
      return false;
    }
  }

  it('an unreadable file is named, and nothing is imported', async ({ skip }) => {
    if (!(await mayStart())) skip('another user cannot start the program here');
    const path = join(open, 'secret.jsonl');
    writeFileSync(path, jsonl([pair(1)]));
    chmodSync(path, 0);
    const { code, out } = await call('import', path);
    expect(onlyDocument(out)).toMatchObject({ error: { message: `${path}: no permission to read it` } });
    expect(code).toBe(3);
    expect(existsSync(join(open, 'home', 'plumbline.db-wal'))).toBe(false);
  });

  it('a workspace that cannot be written is named', async ({ skip }) => {
    if (!(await mayStart())) skip('another user cannot start the program here');
    const locked = join(open, 'locked');
    mkdirSync(locked, { mode: 0o555 });
    const path = join(open, 'rows.jsonl');
    writeFileSync(path, jsonl([pair(1)]));
    const { code, out } = await start(['import', path, '--home', join(locked, 'home'), '--json', '-'], as).ended;
    expect(code).toBe(3);
    expect(onlyDocument(out)).toMatchObject({ error: { message: expect.stringContaining('cannot be the workspace') } });
  });
});

it('a line of 1 GB is refused by its number in bounded memory', async () => {
  const path = join(folder, 'long.jsonl');
  const written = openSync(path, 'w');
  writeSync(written, `${JSON.stringify(pair(1))}\n{"prompt": "`);
  const block = Buffer.alloc(64 << 20, 'a');
  for (let i = 0; i < 16; i++) writeSync(written, block);
  closeSync(written);
  const peak = join(folder, 'peak');
  const hook = file(
    'hook.cjs',
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`,
  );
  const words = ['--require', hook, program, 'import', path, '--home', newHome()];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect(status).toBe(3);
  expect(stderr).toContain('long.jsonl:2: the line is longer than 64 MB');
  // in kilobytes: the line's limit, what reading keeps ahead, and the program itself
  expect(Number(readFileSync(peak, 'utf8'))).toBeLessThan(400_000);
  rmSync(path);
});

describe('many rows', () => {
  const big = join(folder, 'big.jsonl');
  beforeAll(() => writeSyntheticPairs(big, 60_000));

  const countRows = (home: string): { pairs: number; versions: number } => {
    const db = new Database(join(home, 'plumbline.db'), { readonly: true, timeout: 10_000 });
    try {
      return db
        .prepare('SELECT (SELECT count(*) FROM pairs) AS pairs, (SELECT count(*) FROM versions) AS versions')
        .get() as { pairs: number; versions: number };
    } finally {
      db.close();
    }
  };

  /** Waits until an import that runs has stored some rows. */
  async function untilStoring(home: string): Promise<void> {
    await expect
      .poll(() => (existsSync(join(home, 'plumbline.db')) ? storedSoFar(home) : 0), { timeout: 30_000, interval: 10 })
      .toBeGreaterThan(1000);
  }
  const storedSoFar = (home: string): number => {
    try {
      return countRows(home).pairs;
    } catch {
      // the tables are being made
      return 0;
    }
  };

  it('killed in the middle, the next start has no trace of it', async () => {
    const home = newHome();
    await document('import', file('before.jsonl', jsonl([pair(1)])), '--home', home);
    const { child, ended } = start(['import', big, '--home', home]);
    await untilStoring(home);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(await named(home)).toEqual(['before']);
    expect(countRows(home)).toEqual({ pairs: 1, versions: 1 });
    expect(await document('import', big, '--home', home)).toMatchObject({ version: 1, rows_accepted: 60_000 });
  });

  it('stopped by the user: 130, one document, nothing imported', async () => {
    const home = newHome();
    const { child, ended } = start(['import', big, '--home', home, '--json', '-']);
    await untilStoring(home);
    child.kill('SIGINT');
    const { code, out, error } = await ended;
    expect(code).toBe(130);
    expect(onlyDocument(out)).toEqual({ error: { code: 'stopped', message: 'stopped by the user' } });
    expect(error).toContain('plumb: stopped by the user');
    expect(countRows(home)).toEqual({ pairs: 0, versions: 0 });
  });

  it('two imports and a reader at once: each version is whole', async () => {
    const home = newHome();
    const imports = [1, 2].map(() => plumb('import', big, '--name', 'same', '--home', home, '--json', '-'));
    const reading = (async () => {
      await untilStoring(home);
      return plumb('datasets', '--home', home, '--json', '-');
    })();
    const ended = await Promise.all([...imports, reading]);
    expect(ended.map((e) => [e.code, e.code === 0 ? '' : e.error])).toEqual([0, 0, 0].map((c) => [c, '']));
    const { versions } = await document<{ versions: { version: number; rows: number; content_hash: string }[] }>(
      'datasets',
      'versions',
      'same',
      '--home',
      home,
    );
    expect(versions.map((v) => [v.version, v.rows])).toEqual([
      [2, 60_000],
      [1, 60_000],
    ]);
    expect(versions[0].content_hash).toBe(versions[1].content_hash);
  });

  it('a file that grows while it is read is not imported', async () => {
    const home = newHome();
    const path = join(folder, 'growing.jsonl');
    writeSyntheticPairs(path, 60_000);
    const { ended } = start(['import', path, '--home', home, '--json', '-']);
    await untilStoring(home);
    appendFileSync(path, `${JSON.stringify(pair(1))}\n`);
    const { code, out } = await ended;
    expect(onlyDocument(out)).toMatchObject({
      error: { message: expect.stringContaining('changed or vanished while it was read') },
    });
    expect(code).toBe(3);
    expect(countRows(home)).toEqual({ pairs: 0, versions: 0 });
  });

  it('a file that vanishes while it is read is not imported', async () => {
    const home = newHome();
    const path = join(folder, 'vanishing.jsonl');
    writeSyntheticPairs(path, 60_000);
    const { ended } = start(['import', path, '--home', home]);
    await untilStoring(home);
    rmSync(path);
    expect((await ended).code).toBe(3);
    expect(countRows(home)).toEqual({ pairs: 0, versions: 0 });
  });

  it('a reader that goes away ends the program quietly', async () => {
    const home = newHome();
    await document('import', big, '--home', home);
    for (const words of [['--json', '-'], []]) {
      const { child, ended } = start(['datasets', 'pairs', 'big', '--limit', '60000', '--home', home, ...words]);
      child.stdout?.once('data', () => child.stdout?.destroy());
      const { code, error } = await ended;
      expect([code, error]).toEqual([0, '']);
    }
  });
});
