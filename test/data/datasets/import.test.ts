/** Import on real files: every row is accounted for, faults are named with their line, nothing is left half done. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesAt } from '../../../src/main/data/datasets/dataset-folder.ts';
import { exportVersion } from '../../../src/main/data/datasets/export.ts';
import { importFile, previewImport } from '../../../src/main/data/datasets/import.ts';
import { findMapping } from '../../../src/main/data/store/column-mappings.ts';
import { listDatasets } from '../../../src/main/data/store/datasets.ts';
import { openStore } from '../../../src/main/data/store/open.ts';
import { readPairs } from '../../../src/main/data/store/pairs.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';

const shared = process.env.PLUMB_SHARED ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plumb-import-'));
let store: WritableStore;
beforeAll(() => {
  store = openStore(join(folder, 'plumbline.db'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const jsonl = (rows: unknown[]) => rows.map((r) => JSON.stringify(r)).join('\n');
const pair = (i: number) => ({ prompt: `q${i}`, chosen: `good ${i}`, rejected: `bad ${i}` });

describe('rows', () => {
  it('read = accepted + refused, each refusal with its line and reason', async () => {
    const rows = [
      pair(1),
      { prompt: 'q', chosen: '', rejected: 'x' },
      { prompt: 'q', chosen: 'same', rejected: 'same' },
      pair(1),
    ];
    const report = await importFile(store, file('mixed.jsonl', jsonl(rows)), { name: 'mixed' });
    expect(report).toMatchObject({
      rowsRead: 4,
      rowsAccepted: 2,
      refusedTotal: 2,
      pairs: 2,
      duplicates: 1,
      identical: 1,
      version: 1,
      format: 'trl',
    });
    expect(report.refused.map((r) => [r.line, r.reason])).toEqual([
      [2, 'the chosen answer is empty'],
      [3, 'chosen and rejected are identical: no signal'],
    ]);
    expect(await previewImport(join(folder, 'mixed.jsonl'))).toMatchObject({ rowsAccepted: 2, refusedTotal: 2 });
  });

  it('scores under the names of other sets are scores', async () => {
    const rated = (i: number, chosen: number | null) => ({ ...pair(i), 'chosen-rating': chosen, 'rejected-rating': 4 });
    const path = file('rated.jsonl', jsonl([rated(1, 5), rated(2, 4), rated(3, null)]));
    const report = await importFile(store, path, { name: 'rated' });
    const stored = readPairs(store, report.versionId, 0, 3);
    expect(stored.map((row) => [row.scoreChosen, row.scoreRejected, row.margin, row.tie])).toEqual([
      [5, 4, 1, false],
      [4, 4, 0, true],
      [null, 4, null, false],
    ]);
    const words = [{ ...pair(1), chosen_score: 'A', rejected_score: 'B' }];
    expect((await previewImport(file('words.jsonl', jsonl(words)))).rows[0]).toMatchObject({
      scoreChosen: null,
      metadata: { chosen_score: 'A' },
    });
  });

  it('scores that a table writes as text are scores too', async () => {
    const path = file('rated.csv', 'prompt,chosen,rejected,chosen_rating,rejected_rating\nq,a,b,5,2.5\n');
    const { versionId } = await importFile(store, path, { name: 'rated' });
    expect(readPairs(store, versionId, 0, 1)).toMatchObject([
      { scoreChosen: 5, scoreRejected: 2.5, margin: 2.5, metadata: {} },
    ]);
  });

  it('conversations as JSON text are conversations where a column holds nothing else, and the preview says so', async () => {
    const chat = (role: string, content: string) => JSON.stringify([{ role, content }]);
    const row = (i: number) => ({
      prompt: chat('user', `q${i}`),
      chosen: chat('assistant', 'a'),
      rejected: chat('assistant', 'b'),
    });
    const path = file('texts.jsonl', jsonl([row(0), row(1)]));
    const preview = await previewImport(path);
    expect(preview.format.reason).toContain(
      'read as conversations, which are JSON text there: prompt, chosen, rejected',
    );
    const { versionId } = await importFile(store, path, { name: 'texts' });
    expect(readPairs(store, versionId, 1, 1)).toMatchObject([
      { prompt: [{ role: 'user', content: 'q1' }], chosen: [{ role: 'assistant', content: 'a' }] },
    ]);
    // one text of its own among the first rows: all stay texts
    const mixed = file(
      'texts-mixed.jsonl',
      jsonl([row(0), { ...row(1), prompt: 'q' }].map((r) => ({ ...r, chosen: 'x', rejected: 'y' }))),
    );
    const { versionId: texts } = await importFile(store, mixed, { name: 'texts-mixed' });
    expect(readPairs(store, texts, 0, 1)).toMatchObject([{ prompt: row(0).prompt, chosen: 'x' }]);
    // behind them it is a fault of its row
    const late = file(
      'texts-late.jsonl',
      jsonl([...Array.from({ length: 60 }, (_, i) => row(i)), { ...row(1), prompt: 'q' }]),
    );
    await expect(importFile(store, late, { name: 'texts-late' })).rejects.toThrow(
      'texts-late.jsonl:61: "prompt" is text ("q"); a list of messages as JSON was expected',
    );
  });

  it('a well-known column with something else in it is named with its row', async () => {
    const rows = [{ prompt: 'q', chosen: { text: 'a' }, rejected: { text: 'b' } }];
    await expect(importFile(store, file('odd.jsonl', jsonl(rows)), { name: 'odd' })).rejects.toThrow(
      'Row 0: "chosen" is an object ({"text":"a"}); text or a list of {role, content} was expected',
    );
    const none = [{ prompt: 'q', chosen: [], rejected: [] }];
    await expect(importFile(store, file('odd.jsonl', jsonl(none)), { name: 'odd' })).rejects.toThrow(
      'none of its 1 rows can be used. First: line 1: "chosen" is an empty list of messages',
    );
  });

  it('the same name again is the next version; another kind is refused', async () => {
    expect((await importFile(store, file('again.jsonl', jsonl([pair(9)])), { name: 'mixed' })).version).toBe(2);
    const text = file('text.jsonl', jsonl([{ text: 'once' }]));
    await expect(importFile(store, text, { name: 'mixed' })).rejects.toThrow(
      'holds preference; text.jsonl holds demonstrations',
    );
  });

  it('an implicit prompt is what both answers share', async () => {
    const path = file('implicit.jsonl', jsonl([{ chosen: 'Say hi: hello', rejected: 'Say hi: go away' }]));
    const { versionId } = await importFile(store, path, { name: 'implicit' });
    expect(readPairs(store, versionId, 0, 1)[0]).toMatchObject({
      prompt: 'Say hi:',
      chosen: ' hello',
      rejected: ' go away',
    });
  });

  it('a mapping by hand reads columns of any name, and a wrong one names the nearest', async () => {
    const path = file('odd.csv', 'question,better,worse\nq1,"a, b",c\n');
    const mapping = { prompt: 'question', chosen: 'better', rejected: 'worse' };
    const { versionId } = await importFile(store, path, { name: 'odd', mapping });
    expect(readPairs(store, versionId, 0, 1)[0]).toMatchObject({
      prompt: 'q1',
      chosen: 'a, b',
      rejected: 'c',
      provenance: { file: 'odd.csv', line: 2 },
    });
    await expect(importFile(store, path, { name: 'odd2', mapping: { ...mapping, chosen: 'bettr' } })).rejects.toThrow(
      'did you mean "better"?',
    );
  });

  it('what was mapped by hand is kept for the next file with the same columns, in any order, until it is read as found', async () => {
    const first = file('kept.csv', 'ask,nicer,poorer\nq1,a,b\n');
    const next = file('next.jsonl', jsonl([{ poorer: 'd', nicer: 'c', ask: 'q2' }]));
    const mapping = { prompt: 'ask', chosen: 'poorer', rejected: 'nicer' };
    await importFile(store, first, { name: 'kept', mapping });
    const report = await importFile(store, next, { name: 'next' });
    expect(readPairs(store, report.versionId, 0, 1)[0]).toMatchObject({ prompt: 'q2', chosen: 'd', rejected: 'c' });
    const recall = (signature: string) => findMapping(store, signature);
    expect(await previewImport(next, { recall })).toMatchObject({ remembered: 'kept.csv', mapping });
    expect(await previewImport(next, { recall, asFound: true })).toMatchObject({ remembered: null });
    // a correction now wins over the kept one, and takes its place
    await importFile(store, next, { name: 'next', mapping: { ...mapping, chosen: 'nicer', rejected: 'poorer' } });
    expect((await previewImport(next, { recall })).rows[0]).toMatchObject({ chosen: 'c', rejected: 'd' });
    const other = file('other.csv', 'ask,nicer,poorer,more\nq1,a,b,c\n');
    expect(await previewImport(other, { recall })).toMatchObject({ remembered: null });
    const unread = file('unread.csv', 'foo,bar\n1,2\n');
    await importFile(store, unread, { name: 'unread', mapping: { prompt: 'foo' } });
    await expect(importFile(store, unread, { name: 'unread', asFound: true })).rejects.toThrow('(foo, bar). Map them');
    expect(findMapping(store, 'none')).toBe(undefined);
  });

  it('columns that no format knows are guessed in a preview, and never imported without being said', async () => {
    const path = file('guess.csv', 'the_question,better_reply,worse_reply\nq1,a,b\n');
    expect(await previewImport(path)).toMatchObject({
      format: { id: 'columns', reason: expect.stringContaining('matched by their names') },
      mapping: { prompt: 'the_question', chosen: 'better_reply', rejected: 'worse_reply' },
      guessed: { prompt: 0.85, chosen: 0.85, rejected: 0.85 },
      pairs: 1,
    });
    await expect(importFile(store, path, { name: 'guess' })).rejects.toThrow(
      '(the_question, better_reply, worse_reply). By their names they may be: --map',
    );
    const loose = file('loose.jsonl', jsonl([{ prompt: 'q', good_answer: 'a', bad_answer: 'b' }]));
    expect(await previewImport(loose)).toMatchObject({ mapping: { chosen: 'good_answer', rejected: 'bad_answer' } });
    const judged = file('judged.jsonl', jsonl([{ query: 'q', modelA: 'a', modelB: 'b', winner: 'B is better' }]));
    const preview = await previewImport(judged);
    expect(preview.rows[0]).toMatchObject({ prompt: 'q', chosen: 'b', rejected: 'a' });
    expect(preview.guessed).toMatchObject({ preference: 1 });
    const { mapping } = preview;
    expect(await importFile(store, judged, { name: 'judged', mapping })).toMatchObject({ pairs: 1 });
  });

  it('a role that the format gives a column is taken away by an empty one', async () => {
    const path = file('scored.jsonl', jsonl([{ ...pair(1), margin: 3 }]));
    expect(await previewImport(path)).toMatchObject({ mapping: { margin: 'margin' }, rows: [{ margin: 3 }] });
    const { mapping, rows, faults, fields } = await previewImport(path, { mapping: { margin: '' } });
    expect(mapping).not.toHaveProperty('margin');
    expect([rows[0].margin, rows[0].metadata, faults]).toEqual([null, { margin: 3 }, 0]);
    expect(fields).toContain('margin');
  });

  it('a preview tells the rows that do not fit, and what stands there', async () => {
    const path = file('faulty.jsonl', jsonl([pair(1), { ...pair(2), chosen: 42 }]));
    expect(await previewImport(path)).toMatchObject({
      faults: 1,
      refused: [{ line: 2, found: '42' }],
      prompts: 1,
      singleTurn: null,
    });
  });

  it('gzip is unpacked, a byte order mark skipped, extra columns kept', async () => {
    const path = file('zipped.jsonl', gzipSync(`\ufeff${jsonl([{ ...pair(1), source: 'x' }])}`));
    const { versionId } = await importFile(store, path, { name: 'zipped' });
    expect(readPairs(store, versionId, 0, 1)[0].metadata).toEqual({ source: 'x' });
  });

  it('preview stores nothing', async () => {
    const before = listDatasets(store).length;
    const preview = await previewImport(file('preview.jsonl', jsonl([pair(1), pair(2)])));
    expect(preview).toMatchObject({
      rowsRead: 2,
      rowsAccepted: 2,
      suggestedName: 'preview',
      kind: 'preference',
      mapping: { prompt: 'prompt' },
    });
    expect(listDatasets(store)).toHaveLength(before);
  });
});

describe('rows that do not fit', () => {
  const lines = [
    JSON.stringify(pair(1)),
    '{"prompt":"q","chosen":null,"rejected":"b"}',
    '{"prompt":"q","chosen":"a","rejec',
    '[1]',
    JSON.stringify(pair(2)),
  ];

  it('stop the import, or are left out and listed when that was asked for', async () => {
    const path = file('holes.jsonl', lines.join('\n'));
    await expect(importFile(store, path, { name: 'holes' })).rejects.toThrow(':3: cut off');
    expect(listDatasets(store).some(({ name }) => name === 'holes')).toBe(false);
    const report = await importFile(store, path, { name: 'holes', leaveOut: true });
    expect(report).toMatchObject({ rowsRead: 5, rowsAccepted: 2, refusedTotal: 3 });
    expect(report.refused.map(({ line, row, reason }) => [line, row, reason.slice(0, 22)])).toEqual([
      [2, 1, '"chosen" is null; text'],
      [3, 2, 'cut off: the JSON ends'],
      [4, 3, 'expected a JSON object'],
    ]);
    expect(readPairs(store, report.versionId, 0, 9).map(({ provenance }) => provenance.line)).toEqual([1, 5]);
    expect(await previewImport(path, { leaveOut: true })).toMatchObject({ rowsRead: 5, rowsAccepted: 2, faults: 1 });
  });

  it('a file of nothing else is no dataset, also then', async () => {
    const path = file('only-holes.jsonl', lines.slice(1, 3).join('\n'));
    await expect(importFile(store, path, { name: 'only-holes', format: 'trl', leaveOut: true })).rejects.toThrow(
      'none of its 2 rows can be used',
    );
  });
});

describe('folders of save_to_disk', () => {
  const folderWith = (name: string, files: Record<string, unknown>) => {
    const path = join(folder, name);
    for (const [inner, content] of Object.entries(files)) {
      mkdirSync(join(path, inner, '..'), { recursive: true });
      writeFileSync(join(path, inner), JSON.stringify(content));
    }
    return path;
  };

  it('are the Arrow files that state.json lists; anything else is named', () => {
    const state = { _data_files: [{ filename: 'data-1.arrow' }, { filename: 'data-0.arrow' }] };
    const saved = folderWith('saved', { 'state.json': state });
    expect(filesAt(saved)).toEqual([join(saved, 'data-1.arrow'), join(saved, 'data-0.arrow')]);
    expect(filesAt(join(folder, 'some.jsonl'))).toEqual([join(folder, 'some.jsonl')]);
    const splits = folderWith('splits', {
      'dataset_dict.json': {},
      'train/state.json': state,
      'test/state.json': state,
    });
    expect(() => filesAt(splits)).toThrow(
      `several splits; name the one to read: ${join(splits, 'test')} or ${join(splits, 'train')}`,
    );
    expect(() => filesAt(folder)).toThrow('there is no state.json');
    const picked = folderWith('picked', { 'state.json': { ...state, _indices_data_files: [{ filename: 'i.arrow' }] } });
    expect(() => filesAt(picked)).toThrow('flatten_indices()');
    const outside = folderWith('outside', { 'state.json': { _data_files: [{ filename: '../x.arrow' }] } });
    expect(() => filesAt(outside)).toThrow('found "../x.arrow"');
  });
});

describe('faults of a file leave the store unchanged', () => {
  it.each([
    [
      'cut off',
      jsonl([pair(1), pair(2)]).slice(0, -5),
      /:2: cut off: the JSON ends inside a string .*; line 1 is fine/,
    ],
    [
      'not UTF-8',
      Buffer.concat([Buffer.from(`${jsonl([pair(1)])}\n`), Buffer.from([0x7b, 0xe9, 0x7d])]),
      /:2: not UTF-8: byte 0xE9/,
    ],
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(jsonl([pair(1)]), 'utf16le')]), /UTF-16/],
    ['empty', '', /the file is empty/],
    ['blank', '\n\n \n', /only blank lines/],
    ['nested', `[${'['.repeat(5000)}${']'.repeat(5000)}]`, /nested more than/],
    [
      'rows that do not fit the format',
      jsonl([pair(1), { prompt: 'q', chosen: 42, rejected: 'x' }, { prompt: 'q', chosen: 'x' }, pair(2)]),
      /:2: "chosen" is a number \(42\).*; line 3: "rejected" is missing; the row has prompt, chosen. 2 of the 4 rows/,
    ],
    ['nothing usable', jsonl([{ prompt: 'q', chosen: 'a', rejected: 'a' }]), /none of its 1 rows/],
    ['a quote never closed', 'prompt,chosen,rejected\na,b,"c\nd,e,f\n', /never closed/],
    ['a column twice', 'prompt,chosen,chosen\na,b,c\n', /has "chosen" twice/],
  ])('%s', async (name, content, message) => {
    const before = JSON.stringify(listDatasets(store));
    await expect(importFile(store, file('fault', content), { name: `fault ${name}` })).rejects.toThrow(message);
    expect(JSON.stringify(listDatasets(store))).toBe(before);
  });

  it('a folder and a missing file are named', async () => {
    await expect(importFile(store, folder, { name: 'x' })).rejects.toThrow('is a folder');
    await expect(importFile(store, join(folder, 'none'), { name: 'x' })).rejects.toThrow('there is no such file');
  });

  it('a line above the limit is refused by number without being held', async () => {
    const path = join(folder, 'long.jsonl');
    writeFileSync(path, `${jsonl([pair(1)])}\n`);
    execFileSync('sh', ['-c', `head -c 80000000 /dev/zero | tr '\\0' 'a' >> '${path}'`]);
    await expect(importFile(store, path, { name: 'long' })).rejects.toThrow(/:2: the line is longer than 64 MB/);
  });

  it('an import that was killed is gone at the next start', async () => {
    const home = join(folder, 'killed.db');
    const big = file('big.jsonl', jsonl(Array.from({ length: 30_000 }, (_, i) => pair(i))));
    const script = `
      const { openStore } = await import(${JSON.stringify(new URL('../../../src/main/data/store/open.ts', import.meta.url).href)});
      const { importFile } = await import(${JSON.stringify(new URL('../../../src/main/data/datasets/import.ts', import.meta.url).href)});
      await importFile(openStore(${JSON.stringify(home)}), ${JSON.stringify(big)}, { name: 'big', onProgress: ({ rows }) => { if (rows >= 10000) process.kill(process.pid, 'SIGKILL'); } });`;
    expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })).toThrow();
    const again = openStore(home);
    expect(listDatasets(again)).toEqual([]);
    expect(again.db.prepare('SELECT count(*) AS n FROM pairs').get()).toEqual({ n: 0 });
    again.close();
  });
});

describe('export', () => {
  it('then import is the identity on what the format holds', async () => {
    const rows = [
      { prompt: 'q, "1"', chosen: 'a\nb', rejected: 'c', score_chosen: 3, score_rejected: 1, margin: 2 },
      {
        prompt: [{ role: 'user', content: 'hi' }],
        chosen: [{ role: 'assistant', content: 'x' }],
        rejected: [{ role: 'assistant', content: 'y' }],
      },
    ];
    const mapping = {
      prompt: 'prompt',
      chosen: 'chosen',
      rejected: 'rejected',
      score_chosen: 'score_chosen',
      score_rejected: 'score_rejected',
      margin: 'margin',
    };
    const first = await importFile(store, file('out.jsonl', jsonl(rows)), { name: 'out', format: 'trl', mapping });
    const path = join(folder, 'exported.jsonl');
    expect(exportVersion(store, first.versionId, 'trl', path)).toEqual({ rows: 2, leftOut: 0 });
    const second = await importFile(store, path, { name: 'back', format: 'trl', mapping });
    const strip = (id: string) => readPairs(store, id, 0, 10).map(({ provenance: _p, metadata: _m, ...rest }) => rest);
    expect(strip(second.versionId)).toEqual(strip(first.versionId));
  });
});

describe.skipIf(!existsSync(join(shared, 'data/preference')))('real data', () => {
  it.each([
    ['ultrafeedback_binarized_train1000.jsonl', 'ultrafeedback', 1000, 4],
    ['hh-rlhf_helpful-base_test_2352.jsonl', 'hh', 2352, 0],
    ['rasbt_instruction-data-with-preference.json', 'instruction-preference', 1100, 6],
    ['llamafactory_kto_en_demo.json', 'kto', 300, 0],
    ['torchtune_hh_rlhf_tiny.json', 'trl-implicit', 1, 0],
    ['llamafactory_dpo_en_demo.json', 'sharegpt', 300, 0],
    ['llamafactory_dpo_zh_demo.json', 'sharegpt', 300, 0],
    ['torchtune_stack_exchange_paired_tiny.json', 'stack-exchange', 25, 0],
    ['oasst_en_100_tree.jsonl', 'oasst', 100, 0],
    ['oasst_en_100_message.jsonl', 'oasst', 100, 0],
    ['truthfulqa/TruthfulQA.csv', 'truthfulqa', 790, 0],
    ['truthfulqa/mc_task.json', 'multiple-choice', 790, 0],
  ])('%s is found to be %s', async (name, format, rows, identical) => {
    const report = await importFile(store, join(shared, 'data/preference', name), { name: basename(name) });
    expect(report).toMatchObject({ format, rowsRead: rows, identical });
    expect(report.rowsAccepted + report.refusedTotal).toBe(rows);
    expect(readFileSync(join(shared, 'data/preference', name)).length).toBeGreaterThan(0);
  });
});
