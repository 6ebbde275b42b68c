/** Typed tables: Parquet, Arrow and spreadsheets, written by PyArrow or as spreadsheet programs do; every value stays what it is. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { wideAsText } from '../../../src/main/data/records/exact-json.ts';
import { unpackLz4Frame } from '../../../src/main/data/records/lz4-frame.ts';
import { bounded, zstandard } from '../../../src/main/data/records/packed.ts';
import { DatasetError, detectContainer, readRecords, type SourceRecord } from '../../../src/main/data/records.ts';
import { type Cell, workbook, workbookFiles, zipOf } from '../../fixtures/spreadsheet.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const golden = (name: string): string => join(import.meta.dirname, '../../golden/tables', name);

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function all(path: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

/** The rows of test/golden/tables/README.md, as JSON has them. */
const ROWS = Array.from({ length: 4 }, (_, i) => ({
  prompt: [
    { role: 'system', content: 's' },
    { role: 'user', content: `q${i} é😀` },
  ],
  chosen: [{ role: 'assistant', content: 'yes '.repeat(i + 1) }],
  rejected: [{ role: 'assistant', content: 'no' }],
  score_chosen: i,
  ...(i === 1 ? {} : { score_rejected: 1.5 }),
  small: i,
  wide: String(2n ** 60n + BigInt(i)),
  when: '2024-01-02T03:04:05.000Z',
  price: -1.5,
  picture: '2 bytes',
  tags: ['x', null],
  ...(i === 0 ? {} : { note: 'kept' }),
  kind: 'ab'[i % 2],
}));

describe('PyArrow', () => {
  const files = readdirSync(golden('')).filter((name) =>
    /^(?!v1|not-utf8|long|exact|nested).*\.(parquet|feather|arrows)$/.test(name),
  );

  it.each(files)('%s', async (name) => {
    const records = await all(golden(name));
    expect(records.map(({ line, row }) => [line, row])).toEqual(ROWS.map((_, i) => [null, i]));
    expect(JSON.parse(JSON.stringify(wideAsText(records.map(({ value }) => value))))).toEqual(ROWS);
    // no text, where JSON writes one: never taken for an answer
    for (const column of ['wide', 'when', 'picture']) expect(typeof records[0].value[column]).toBe('object');
  });

  it('ten tables were read', () => expect(files).toHaveLength(10));

  it.each(['exact.parquet', 'exact.feather'])('%s: what a double would round keeps its digits', async (name) => {
    const records = await all(golden(name));
    expect(records.map(({ value: { prompt, chosen, rejected, ...rest } }) => JSON.stringify(rest))).toEqual([
      '{"id":9223372036854775807,"big":18446744073709551615,"money":-12345678901234567890123.45,"cents":10.15,' +
        '"micros":"2023-11-14T22:13:20.123456Z","nanos":"2023-11-14T22:13:20.123456789Z","seconds":"2023-11-14T22:13:20.000Z","ids":[1152921504606846977,3]}',
      '{"id":7,"big":7,"money":0.05,"cents":-0.01,"micros":"1969-12-31T23:59:59.999999Z","nanos":"2023-11-14T22:13:20.000Z",' +
        '"seconds":"1970-01-01T00:00:00.000Z","ids":[]}',
    ]);
    expect(typeof records[0].value.micros).toBe('object');
  });

  it.each(['nested-v1.parquet', 'nested-v2.parquet', 'nested.feather'])(
    '%s: decimals keep their digits inside lists, objects and maps',
    async (name) => {
      const records = await all(golden(name));
      expect(records.map(({ value }) => JSON.stringify(value))).toEqual([
        '{"prompt":"q","object":{"x":12345678901234567890.12,"in":{"y":0.05},"t":"z"},"list":[12345678901234567890.12,null],"objects":[{"x":-0.05},null],' +
          '"lists":[[12345678901234567890.12],null],"map":{"k":-12345678901234567890.12,"j":null},"wide":-1.25,"narrow":-1.25}',
        '{"prompt":"r","list":[]}',
        '{"prompt":"s","object":{"x":null,"in":null,"t":"u"},"objects":[],"lists":[[]],"map":{"z":9},' +
          '"wide":123456789012345678901234567890123456789.75,"narrow":2}',
      ]);
    },
  );

  it.each([
    ['none.parquet', 'parquet'],
    ['lz4.feather', 'arrow'],
    ['rows.arrows', 'arrow'],
  ])('%s is told by its content, packed or not', async (name, container) => {
    const bytes = readFileSync(golden(name));
    for (const [ending, packed] of [
      ['', bytes],
      ['.gz', gzipSync(bytes)],
      ['.zst', zstdCompressSync(bytes)],
    ] as const) {
      const path = file(`disguised.txt${ending}`, packed);
      expect(await detectContainer(path)).toBe(container);
      expect(await all(path)).toHaveLength(4);
    }
    expect(readdirSync(tmpdir()).filter((n) => n.startsWith('plumb-unpacked-'))).toEqual([]);
  });

  it('blocks of LZ4 that refer to blocks before them', async () => {
    const [long, end] = await all(golden('long-lz4.feather'));
    expect(long.value.text).toBe('once upon a time '.repeat(20_000));
    expect(end.value.text).toBe('the end');
  });

  it.each([
    ['not-utf8.parquet', 'a text in rows 0 to 1 is not UTF-8'],
    ['not-utf8.arrow', 'row 1: "prompt" is not UTF-8'],
    ['v1.feather', 'Feather files of version 1 are not read'],
  ])('%s is refused by name', async (name, message) => {
    const error = await all(golden(name)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain(`${name}: ${message}`.replace(': row', ': row'));
  });

  it.each(['zstd.parquet', 'lz4.feather', 'rows.arrows'])('%s cut off or damaged is a named error', async (name) => {
    const bytes = readFileSync(golden(name));
    for (const share of [0.3, 0.6, 0.95]) {
      const cut = file(`cut-${name}`, bytes.subarray(0, Math.floor(bytes.length * share)));
      await expect(all(cut)).rejects.toThrow(DatasetError);
    }
    for (let at = 8; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      const damaged = Buffer.from(bytes);
      for (let i = at; i < Math.min(at + 8, bytes.length); i++) damaged[i] ^= 0xa5;
      // a byte of a text may change unseen; nothing else may come out than rows or a named error
      const outcome = await all(file(`damaged-${name}`, damaged)).catch((e: unknown) => e);
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DatasetError);
    }
  });
});

describe('unpacking', () => {
  const rows = Buffer.from('{"prompt": "once upon a time"}\n'.repeat(50_000));

  async function unpack(chunks: readonly Uint8Array[]): Promise<Buffer> {
    const stream = zstandard();
    const out: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => out.push(chunk));
    const done = new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject));
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    await done;
    return Buffer.concat(out);
  }

  it('zstandard in several frames, some of which hold nothing, is read to its end', async () => {
    const [head, tail] = [zstdCompressSync(rows.subarray(0, 700_001)), zstdCompressSync(rows.subarray(700_001))];
    const skipped = Buffer.from('502a4d180400000061626364', 'hex');
    const path = file('frames.jsonl.zst', Buffer.concat([skipped, head, skipped, tail]));
    expect(await all(path)).toHaveLength(50_000);
    await expect(all(file('cut.jsonl.zst', Buffer.concat([head, tail.subarray(0, -9)])))).rejects.toThrow(DatasetError);
  });

  it('zstandard gives the same bytes in whatever pieces it comes', async () => {
    const packed = zstdCompressSync(rows);
    const pieces = Array.from({ length: packed.length }, (_, i) => packed.subarray(i, i + 1));
    expect((await unpack([packed])).equals(rows)).toBe(true);
    expect((await unpack(pieces)).equals(rows)).toBe(true);
    await expect(unpack([packed.subarray(0, packed.length - 20)])).rejects.toThrow();
  });

  it('zstandard waits for its reader: a block of some bytes may stand for much', async () => {
    const packed = zstdCompressSync(Buffer.alloc(600 << 20, 'a'));
    expect(packed.length).toBeLessThan(100_000);
    const stream = zstandard();
    stream.end(packed);
    let taken = 0;
    let held = 0;
    for await (const piece of stream) {
      taken += (piece as Buffer).length;
      held = Math.max(held, stream.readableLength);
    }
    expect(taken).toBe(600 << 20);
    expect(held).toBeLessThan(1 << 20);
    await expect(all(file('line.jsonl.zst', zstdCompressSync(Buffer.alloc(100 << 20, 'a'))))).rejects.toThrow(
      DatasetError,
    );
  });

  it('a small file that becomes an endless one is stopped', async () => {
    const piece = Buffer.alloc(64 << 20);
    async function* endless() {
      for (;;) yield piece;
    }
    let taken = 0;
    const reading = async (read: number) => {
      taken = 0;
      for await (const { length } of bounded(endless(), () => read)) {
        taken += length;
        if (taken > 4 * 2 ** 30) return 'enough';
      }
    };
    await expect(reading(1000)).rejects.toThrow('1000 bytes of it have become 1088 MB, more than 500 times as many');
    expect(taken).toBe(2 ** 30);
    // a large file may become a larger one
    expect(await reading(10 << 20)).toBe('enough');
  });

  it('LZ4: a literal, a match that overlaps itself, a stored block, and what is damaged', () => {
    const frame = (...blocks: number[][]) =>
      Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...blocks.flat(), 0, 0, 0, 0]);
    // "ab", then 6 bytes from 2 back, then "c"; after it a stored block "xy"
    const block = [0x22, 0x61, 0x62, 2, 0, 0x10, 0x63];
    const bytes = unpackLz4Frame(frame([block.length, 0, 0, 0, ...block], [2, 0, 0, 0x80, 0x78, 0x79]));
    expect(Buffer.from(bytes).toString()).toBe('ababababcxy');
    expect(() => unpackLz4Frame(frame([5, 0, 0, 0, 0x22, 0x61, 0x62, 9, 0]))).toThrow('points outside');
    expect(() => unpackLz4Frame(frame([200, 0, 0, 0, 0x22]))).toThrow('cut off');
    expect(() => unpackLz4Frame(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]))).toThrow('no LZ4 frame');
  });
});

describe('spreadsheets', () => {
  const HEAD: Cell[] = ['prompt', 'chosen', 'rejected', 'score', 'when'];
  const day = new Date(Date.UTC(2024, 1, 29));

  it('the first sheet with rows; texts with their spaces, numbers, dates and the row as its line', async () => {
    const rows: Cell[][] = [
      HEAD,
      [' q1 ', 'a & <b>\nc', { inline: 'in "line"' }, 1.5, day],
      [],
      ['q2', 'é😀', 'b', null, null],
    ];
    const path = file('pairs.xlsx', workbook({ Empty: [], Pairs: rows, Other: [['x'], ['y']] }));
    expect(await detectContainer(path)).toBe('xlsx');
    expect(await all(path)).toEqual([
      {
        value: { prompt: ' q1 ', chosen: 'a & <b>\nc', rejected: 'in "line"', score: 1.5, when: day },
        line: 2,
        row: 0,
      },
      { value: { prompt: 'q2', chosen: 'é😀', rejected: 'b', score: '', when: '' }, line: 4, row: 1 },
    ]);
  });

  it.each<[string, Cell[][], string]>([
    ['no rows', [HEAD], 'a header and no rows'],
    ['nothing', [], 'has no rows'],
    [
      'a column twice',
      [
        ['a', 'b', 'a'],
        ['x', 'y', 'z'],
      ],
      ':1: the header has "a" twice',
    ],
    [
      'a hole in the header',
      [
        ['a', null, 'b'],
        ['x', 'y', 'z'],
      ],
      ":1: the header's cell 2 is empty",
    ],
    [
      'a number in the header',
      [
        ['a', 7],
        ['x', 'y'],
      ],
      ":1: the header's cell 2 is no text (7)",
    ],
    ['a cell without a column', [['a'], ['x', 'y']], ':2: it has a cell in column 2, the header has 1 column'],
  ])('%s is named', async (_what, rows, message) => {
    await expect(all(file('bad.xlsx', workbook({ Sheet: rows })))).rejects.toThrow(message);
  });

  it('values that are not in the file are named: merged cells, formulas nobody worked out; so is a second sheet of rows', async () => {
    const sheet = 'xl/worksheets/sheet1.xml';
    const table = [
      ['prompt', 'chosen'],
      ['q', 'a'],
      [null, 'b'],
    ];
    const files = workbookFiles({ Pairs: table });
    const changed = (from: string, to: string) =>
      file('changed.xlsx', zipOf({ ...files, [sheet]: files[sheet].replace(from, to) }));
    const merged = (ref: string) =>
      changed('</sheetData>', `</sheetData><mergeCells count="1"><mergeCell ref="${ref}"/></mergeCells>`);
    await expect(all(merged('A2:A3'))).rejects.toThrow('changed.xlsx:3: the cells A2:A3 are merged');
    const cell = (inside: string, type = '') =>
      changed('</row><row r="3">', `<c r="C2"${type}>${inside}</c></row><row r="3">`);
    await expect(all(cell('<f>1+1</f><v></v>'))).rejects.toThrow('the cell C2 is a formula without a saved value');
    // worked out: to a number beyond the header, to a text of no letters
    await expect(all(cell('<f>1+1</f><v>2</v>'))).rejects.toThrow('the header has 2 columns');
    expect(await all(cell('<f>""</f><v></v>', ' t="str"'))).toHaveLength(2);
    const twice = file('twice.xlsx', workbook({ One: table, Notes: [['x'], ['y']], Two: table }));
    await expect(all(twice)).rejects.toThrow('2 sheets hold rows under the same header ("One", "Two")');
  });

  it('a sheet with one line about the file is passed over', async () => {
    const path = file('about.xlsx', workbook({ About: [['Our pairs']], Pairs: [['prompt'], ['q']] }));
    expect((await all(path)).map(({ value }) => value)).toEqual([{ prompt: 'q' }]);
  });

  it('what is no spreadsheet, claims too much or is cut off is refused', async () => {
    await expect(all(file('plain.zip', zipOf({ 'rows.jsonl': '{}' })))).rejects.toThrow('zip archives are not read');
    const files = workbookFiles({ Sheet: [HEAD, ['q', 'a', 'b', 1, null]] });
    const claims = { 'xl/worksheets/sheet1.xml': 2 ** 31 };
    await expect(all(file('bomb.xlsx', zipOf(files, claims)))).rejects.toThrow('2048 MB; save it as CSV');
    const whole = zipOf(files);
    await expect(all(file('cut.xlsx', whole.subarray(0, whole.length - 60)))).rejects.toThrow(DatasetError);
    const broken = zipOf({ ...files, 'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1"><c' });
    await expect(all(file('broken.xlsx', broken))).rejects.toThrow(DatasetError);
    await expect(all(file('old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex')))).rejects.toThrow('old Excel files');
  });
});
