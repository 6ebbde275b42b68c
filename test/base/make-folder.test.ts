/** Folders are made with those above them; where none can be made, that is said instead of tried for ever. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from '../../src/main/base/make-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-folders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes what is missing, and leaves what is there', () => {
  makeFolder(join(folder, 'a/b/c'));
  makeFolder(join(folder, 'a/b/c'));
  expect(existsSync(join(folder, 'a/b/c'))).toBe(true);
});

it('names the folder that cannot be made', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const words = `${file}: the folder cannot be made (there is a file of that name)`;
  expect(() => makeFolder(file)).toThrow(words);
  expect(() => makeFolder(join(file, 'below'))).toThrow(words);
});

it.skipIf(!existsSync('/proc/self'))('does not try for ever where the system refuses', () => {
  expect(() => makeFolder('/proc/no-such-folder/below')).toThrow('/proc/no-such-folder: the folder cannot be made');
});
