/** Containers: JSONL, JSON arrays, CSV and TSV, packed or not; lines counted as an editor counts them, faults named. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DatasetError, detectContainer, readRecords, type SourceRecord } from '../../src/main/data/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-records-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

const openFiles = (): number => readdirSync('/proc/self/fd').length;

describe('containers', () => {
  it.each([
    ['a.txt', ' \n[ {"a": 1} ]', 'json'],
    ['b.txt', '\n{"a": 1}', 'jsonl'],
    ['c.txt', 'a,b\n1,2', 'csv'],
    ['d.txt', 'a\tb\n1\t2', 'tsv'],
    ['e.txt', 'a;"b,c"\n1;2,5', 'csv-semicolon'],
    ['f.txt', '{"models": [], "examples": [{"a": 1}]}', 'json-document'],
    ['g.txt', '{"examples": [{"a": 1}]}\n{"examples": [{"a": 2}]}', 'jsonl'],
    ['h.txt', '{"data": "x", "text": "\\"data\\": [{"}', 'jsonl'],
  ])('%s is told by its content', async (name, content, container) => {
    expect(await detectContainer(file(name, content))).toBe(container);
  });

  it.each([
    ['gz', gzipSync],
    ['zst', zstdCompressSync],
  ])('%s is unpacked', async (extension, pack) => {
    const path = file(`packed.jsonl.${extension}`, pack(Buffer.from('\ufeff{"a": 1}\n\n{"a": 2}\n')));
    expect(await all(path)).toEqual([
      { value: { a: 1 }, line: 1, row: 0 },
      { value: { a: 2 }, line: 3, row: 1 },
    ]);
  });

  it('an archive that is cut off is named', async () => {
    const packed = gzipSync(Buffer.from('{"a": 1}\n'.repeat(1000)));
    await expect(all(file('half.gz', packed.subarray(0, packed.length - 10)))).rejects.toThrow('cannot be unpacked');
  });
});

describe('one document whose rows are a list', () => {
  it('rows have their lines, and what stands before the list; what follows it is not looked at', async () => {
    const text =
      '\ufeff\n{\n "models": [{"name": "é"}],\n "examples": [\n  {"a": 1},\n  {"a": 2, "models": 3}\n ],\n "more": {}\n}\n';
    expect(await all(file('document.json', text))).toEqual([
      { value: { models: [{ name: 'é' }], a: 1 }, line: 5, row: 0 },
      { value: { models: 3, a: 2 }, line: 6, row: 1 },
    ]);
  });

  it('rows as the viewer of the Hugging Face hub wraps them, and as pandas describes them', async () => {
    const row = { prompt: 'q', chosen: 'a', rejected: 'b' };
    const viewer = { features: [{ name: 'prompt' }], rows: [{ row_idx: 0, row, truncated_cells: [] }] };
    expect((await all(file('viewer.json', JSON.stringify(viewer)))).map(({ value }) => value)).toEqual([row]);
    const pandas = { schema: { fields: [], pandas_version: '1.4.0' }, data: [{ index: 0, ...row }] };
    expect((await all(file('pandas.json', JSON.stringify(pandas)))).map(({ value }) => value)).toEqual([
      { index: 0, ...row },
    ]);
  });

  it('a long one is read like a list, and named where it is cut off', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `{"a": "${'x'.repeat(30)}${i}"}`);
    const text = `{"version": 2, "data": [${rows.join(',\n')}]}`;
    const records = await all(file('long-document.json', text));
    expect([records.length, records[4999].line, records[4999].value.version]).toEqual([5000, 5000, 2]);
    await expect(all(file('cut-document.json', text.slice(0, 100_000)))).rejects.toThrow('cut off');
  });
});

describe('JSON arrays', () => {
  it('are read row by row with the line on which each begins', async () => {
    const text = '[\n  {"a": "]},\\"{"},\n\n  {\n    "a": [1, {"b": 2}]\n  }, {"a": "é"}\n]\n';
    expect(await all(file('array.json', text))).toEqual([
      { value: { a: ']},"{' }, line: 2, row: 0 },
      { value: { a: [1, { b: 2 }] }, line: 4, row: 1 },
      { value: { a: 'é' }, line: 6, row: 2 },
    ]);
  });

  it('equal JSON.parse for any rows and any indentation', async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 0, max: 4 }), async (list, indent) => {
        const text = JSON.stringify(list, null, indent);
        const records = await all(file('any.json', text));
        expect(records.map((r) => r.value)).toEqual(JSON.parse(text));
      }),
      { numRuns: 60 },
    );
  });

  it('elements that straddle the chunks in which a file is read are whole', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ i, text: `${'ü'.repeat(17_000 + i)}"\\` }));
    const records = await all(file('straddling.json', JSON.stringify(rows)));
    expect(records.map((r) => r.value)).toEqual(rows);
  });

  it.each([
    ['[\n{"a":1},\n]', ':3: a value was expected after the comma'],
    ['[\n{"a":1}\n{"a":2}]', ':3: a comma or the end of the list'],
    ['[{"a":1}] x', ':1: the list has ended'],
    ['[{"a":1},\n{"a":', ':2: cut off: the file ends inside the row that begins here'],
    ['[{"a":1}', 'the list is never closed'],
    ['[1]', 'a list of objects was expected, found "1"'],
    ['[["a"]]', 'row 0: expected a JSON object, found a list'],
    ['[{"a":1,"a":2}]', 'it has "a" twice'],
    ['[{"a" 1}]', ':1: row 0: not valid JSON'],
    [`${'['.repeat(5000)}`, 'cut off'],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'nested more than 100 deep'],
  ])('%s', async (text, message) => {
    await expect(all(file('bad.json', text))).rejects.toThrow(message);
  });
});

describe('JSONL', () => {
  it.each([
    [
      '{"a":1}\n{"a":"x',
      ':2: cut off: the JSON ends inside a string (was the file copied completely?); line 1 is fine',
    ],
    ['{"a":1}\n{"a":{"b":1}', ':2: cut off: the JSON ends inside an object'],
    ['{"a":1}\n{"a":1,}', ':2: not valid JSON'],
    ['{"a":1}\n42', ':2: expected a JSON object, found a number'],
    ['{"a":1}\n{"a":{"b":1,"\\u0062":2}}', ':2: it has "b" twice'],
  ])('%s', async (text, message) => {
    await expect(all(file('bad.jsonl', text))).rejects.toThrow(message);
  });

  it('errors carry the line and the field for programs', async () => {
    const error = await all(file('twice.jsonl', '{"a":1}\n{"b":1,"b":2}')).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: 'bad_dataset', details: { line: 2, field: 'b' } });
  });

  it('the same key in different objects is no fault, nor is a key in a text', async () => {
    const value = { a: { b: 1 }, c: { b: 2 }, list: [{ b: 1 }, { b: 2 }], text: '"b": "b":' };
    expect((await all(file('nested.jsonl', JSON.stringify(value))))[0].value).toEqual(value);
  });

  it('one lone object named .json is a document, two lines of them are JSONL', async () => {
    await expect(all(file('one.json', '{"a": 1}\n'))).rejects.toThrow(':1: one object; a list of objects');
    await expect(all(file('pretty.json', '{\n  "a": 1\n}\n'))).rejects.toThrow(':1: one object; a list of objects');
    expect(await all(file('two.json', '{"a": 1}\n{"a": 2}\n'))).toHaveLength(2);
  });

  it('a list of objects a line has its items by their place; what is no such list is named', async () => {
    const rows = await all(file('lists.jsonl', '[{"a": 1}, {"a": 2}]\r\n\n[{"a": 3}]\n'));
    expect(rows.map(({ value, line, row }) => [value, line, row])).toEqual([
      [{ 0: { a: 1 }, 1: { a: 2 } }, 1, 0],
      [{ 0: { a: 3 } }, 3, 1],
    ]);
    await expect(all(file('lists.jsonl', '[{"a": 1}]\n[{"a": 1}]\n{"a": 1}\n'))).rejects.toThrow(
      ':3: a list of objects was expected, as in the lines before',
    );
    await expect(all(file('lists.jsonl', '[{"a": 1}]\n[{"a": 1}, 2]\n'))).rejects.toThrow(
      ':2: item 1 of the list: expected a JSON object, found a number',
    );
    await expect(all(file('lists.jsonl', '[{"a": 1}]\n[{"a": 1}, {"a"'))).rejects.toThrow(':2: cut off');
  });

  it.each([
    ['a byte of Latin-1', Buffer.from([0x22, 0xc3, 0xa9, 0xe9, 0x22]), 'byte 0xE9 at byte 11'],
    ['a character cut at the end', Buffer.from([0x22, 0xe2, 0x82]), 'byte 0xE2 at byte 9'],
    ['a stray continuation', Buffer.from([0x22, 0xef, 0xbf, 0xbd, 0x80, 0x22]), 'byte 0x80 at byte 12'],
  ])('%s is found at its place', async (_name, bytes, message) => {
    const path = file('latin.jsonl', Buffer.concat([Buffer.from('{"a":1}\n{"abc":'), bytes]));
    await expect(all(path)).rejects.toThrow(`:2: not UTF-8: ${message}`);
  });
});

describe('CSV', () => {
  it('counts lines inside quotes and blank lines', async () => {
    const path = file('lines.csv', 'a,b\r\n"1\r\nx",2\r\n\r\n3,"4 ""q"""\r\n');
    expect(await all(path)).toEqual([
      { value: { a: '1\r\nx', b: '2' }, line: 2, row: 0 },
      { value: { a: '3', b: '4 "q"' }, line: 5, row: 1 },
    ]);
  });

  it.each([
    ['a,b\n1,2\n"3"x,4\n', ':3: after the closing quote of field 1 ("a") comes x'],
    ['a,b\n1,2\n3,"4\n5,6\n', ':3: the quote opened in field 2 ("b") is never closed'],
    ['a,b\n1,2\n3\n', ':3: it has 1 field, the header has 2'],
    ['a,b\n1,2,3\n', ':2: it has 3 fields, the header has 2'],
    ['a,a\n1,2\n', ':1: the header has "a" twice'],
    ['a,b\n1,2"3\n', ':2: a quote inside field 2 ("b")'],
    ['a,b\n', 'there is a header and no rows'],
  ])('%s', async (text, message) => {
    await expect(all(file('bad.csv', text))).rejects.toThrow(message);
  });

  it('names of columns without spaces around them; quotes inside fields between tabs; messages that say more', async () => {
    const spaced = await all(file('spaced.csv', 'prompt, chosen\nq, a\n'));
    expect(spaced[0].value).toEqual({ prompt: 'q', chosen: ' a' });
    await expect(all(file('spaced.csv', 'chosen, chosen\nq, a\n'))).rejects.toThrow('the header has "chosen" twice');
    const bare = await all(file('bare.tsv', 'prompt\tchosen\nq\the said "hi" to me\na" b\tc"\n'));
    expect(bare.map(({ value }) => Object.values(value))).toEqual([
      ['q', 'he said "hi" to me'],
      ['a" b', 'c"'],
    ]);
    const quoted = await all(file('quoted.tsv', 'prompt\tchosen\n"a ""b\n"\tc\n'));
    expect(quoted[0].value).toEqual({ prompt: 'a "b\n', chosen: 'c' });
    // never two rows in one
    await expect(all(file('odd.tsv', 'prompt\tchosen\n"abc\tx\n"def\ty\n'))).rejects.toThrow('odd.tsv:3');
    const cell = '"[{""name"": ""x"", ""role"": ""user"", ""content"": ""q""}]"';
    const [named] = await all(file('named.csv', `prompt,chosen\n${cell},a\n`));
    expect(named.value.prompt).toEqual([{ name: 'x', role: 'user', content: 'q' }]);
  });

  it('the line in which Excel names the separator is no header; line ends may be mixed', async () => {
    const records = await all(file('excel.csv', 'sep=;\r\nprompt;chosen\r\nq,r;a\r\n'));
    expect(records).toEqual([{ value: { prompt: 'q,r', chosen: 'a' }, line: 3, row: 0 }]);
    const mixed = await all(file('mixed.csv', 'prompt,chosen\nq,a\r\n\r\n"r\r\n",b\ns,c\r\n'));
    expect(mixed.map(({ value, line }) => [value.prompt, value.chosen, line])).toEqual([
      ['q', 'a', 2],
      ['r\r\n', 'b', 4],
      ['s', 'c', 6],
    ]);
    const plain = await all(file('sep.csv', 'sep=;,chosen\nq,a\n'));
    expect(plain[0].value).toEqual({ 'sep=;': 'q', chosen: 'a' });
  });

  it('lines that end with a carriage return alone, as old Macs wrote them', async () => {
    const text = 'prompt,chosen\rq,"a\rb"\r\rq2,"x ""y""\nz"\r';
    expect((await all(file('mac.csv', text))).map(({ value, line }) => [value, line])).toEqual([
      [{ prompt: 'q', chosen: 'a\rb' }, 2],
      [{ prompt: 'q2', chosen: 'x "y"\nz' }, 5],
    ]);
    await expect(all(file('mac.csv', `${text}q3\r`))).rejects.toThrow('mac.csv:7: it has 1 field, the header has 2');
    const lines = file('mac.jsonl', '{"text":"a"}\r\r{"text":"b"}\r');
    expect((await all(lines)).map(({ value, line }) => [value.text, line])).toEqual([
      ['a', 1],
      ['b', 3],
    ]);
  });

  it('a column called __proto__ is a column like others', async () => {
    const [{ value }] = await all(file('proto.csv', '__proto__,b\nx,y\n'));
    expect(Object.entries(value)).toEqual([
      ['__proto__', 'x'],
      ['b', 'y'],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe.skipIf(process.platform !== 'linux')('leaving early', () => {
  it.each([
    ['csv', `a,b\n${'1,2\n'.repeat(400_000)}`],
    ['jsonl', '{"a":1}\n'.repeat(200_000)],
    ['json', `[${Array(200_000).fill('{"a":1}').join(',')}]`],
  ])('closes the %s file', async (extension, text) => {
    const path = file(`early.${extension}`, text);
    const before = openFiles();
    for (let i = 0; i < 5; i++) for await (const _record of readRecords(path)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  it('an abort ends the reading', async () => {
    const path = file('aborted.jsonl', '{"a":1}\n'.repeat(400_000));
    const controller = new AbortController();
    const reading = async () => {
      for await (const { row } of readRecords(path, { signal: controller.signal })) if (row === 10) controller.abort();
    };
    await expect(reading()).rejects.toThrow(/abort/i);
  });
});
