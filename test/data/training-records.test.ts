/** Training on a raw file: TRL's names by TRL's rules, every other format by the readers of an import. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importFile } from '../../src/main/data/datasets/import.ts';
import { iteratePairs } from '../../src/main/data/store/pairs.ts';
import { isDropped, openTrainingFile, trainingRecords } from '../../src/main/data/training-records.ts';
import { openTestStore } from './datasets/stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function file(rows: readonly object[]): string {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

async function read(rows: readonly object[], textField?: string) {
  const found = [];
  for await (const record of trainingRecords(file(rows), { textField }))
    found.push(isDropped(record) ? record.dropped : record.value);
  return found;
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

describe('files under TRL’s names are read as they are', () => {
  it.each([
    [{ prompt: 'q', chosen: 'a', rejected: 'b', tools: '[]' }],
    [{ chosen: 'same a', rejected: 'same b' }],
    [{ prompt: [user('q')], completion: [assistant('a')], label: true }],
    [{ text: 'once upon a time' }],
    [{ messages: [user('q'), assistant('a')] }],
    [
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
    ],
    [{ prompt: 'q' }],
  ])('%j', async (row) => expect(await read([row])).toEqual([row]));

  it('also with a column of texts of any name', async () => {
    expect(await read([{ story: 'once' }], 'story')).toEqual([{ story: 'once' }]);
    await expect(read([{ story: 4 }])).rejects.toThrow('no known format fits its columns (story)');
  });
});

const PAIR = { prompt: [user('q')], chosen: [assistant('a')], rejected: [assistant('b')] };

describe('other formats give the rows that their import gives', () => {
  it.each([
    { question: 'q', system: '', chosen: 'a', rejected: 'b' },
    {
      conversations: [{ from: 'human', value: 'q' }],
      chosen: { from: 'gpt', value: 'a' },
      rejected: { from: 'gpt', value: 'b' },
    },
    { prompt: 'q', chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] },
    {
      prompt: JSON.stringify([user('q')]),
      chosen: JSON.stringify([assistant('a')]),
      rejected: JSON.stringify([assistant('b')]),
    },
    { messages: [user('q'), assistant('a')], rejected_response: 'b' },
  ])('%j', async (row) => {
    expect(await read([row])).toEqual([PAIR]);
    const { store, close } = openTestStore();
    try {
      const { versionId } = await importFile(store, file([row]), { name: 'same' });
      expect([...iteratePairs(store, versionId)]).toMatchObject([PAIR]);
    } finally {
      close();
    }
  });

  it('rows of several records, ties, refused ones by their reason, faults by their line', async () => {
    const answer = (id: string, parent: string | null, text: string, rank: number | null) => ({
      message_id: id,
      parent_id: parent,
      text,
      role: parent === null ? 'prompter' : 'assistant',
      rank,
      message_tree_id: 'p',
      lang: 'en',
    });
    const flat = [answer('p', null, 'q', null), answer('a', 'p', 'worse', 1), answer('b', 'p', 'better', 0)];
    expect(await read(flat)).toEqual([
      { prompt: [user('q')], chosen: [assistant('better')], rejected: [assistant('worse')] },
    ]);
    const judged = { instruction: 'q', input: '', output_1: 'a', output_2: 'b', preference: 1 };
    expect(await read([judged, { ...judged, preference: 0 }, { ...judged, output_2: 'a' }])).toEqual([
      { prompt: 'q', chosen: 'a', rejected: 'b' },
      { prompt: 'q', chosen: 'a', rejected: 'b', tie: true },
      'chosen and rejected are identical: no signal',
    ]);
    await expect(read([judged, { ...judged, output_1: 4 }])).rejects.toThrow('.jsonl:2: "output_1" is a number (4)');
  });

  it('tells what the file holds', async () => {
    expect(await openTrainingFile(file([{ instruction: 'q', output: 'a' }]))).toMatchObject({ kind: 'demonstrations' });
    expect(await read([{ instruction: 'q', input: 'i', output: 'a' }])).toEqual([{ prompt: 'q\ni', completion: 'a' }]);
  });
});
