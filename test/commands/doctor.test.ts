/** `plumb doctor`, the built program: names every part, and fails when one that is needed does not work. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { document, onlyDocument, plumb } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Document {
  readonly ok: boolean;
  readonly checks: {
    readonly id: string;
    readonly works: boolean;
    readonly needed: boolean;
    readonly detail: string;
  }[];
}
const find = ({ checks }: Document, id: string) => checks.find((check) => check.id === id);

it('finds the runtime, the database and the rest in working order', async () => {
  const found = await document<Document>('doctor', '--home', join(folder, 'new'));
  expect(found.ok).toBe(true);
  const needed = found.checks.filter((check) => check.needed).map(({ id }) => id);
  expect(needed).toEqual(['node', 'threads', 'onnxruntime', 'workspace', 'database']);
  expect(find(found, 'onnxruntime')?.detail).toMatch(/^1\.30\.0, (native|js): /);
  expect(find(found, 'database')?.detail).toMatch(/^SQLite \d+\.\d+\.\d+, none written yet$/);
});

it('fails with code 1 on a damaged database and a workspace that cannot be one', async () => {
  writeFileSync(join(folder, 'plumbline.db'), 'this is no database'.repeat(100));
  const damaged = await plumb('doctor', '--home', folder, '--json', '-');
  expect(damaged.code).toBe(1);
  expect(find(onlyDocument(damaged.out) as Document, 'database')?.works).toBe(false);
  writeFileSync(join(folder, 'file'), '');
  const nowhere = await plumb('doctor', '--home', join(folder, 'file', 'home'));
  expect(nowhere.code).toBe(1);
  expect(nowhere.out).toMatch(/✗ Workspace +.*file/);
});
