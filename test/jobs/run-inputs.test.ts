/** What a run read is written down, the parts of a cut model too, and what changed since is named. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { changedInputs, recordInputs } from '../../src/main/jobs/run-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-run-inputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const part = (number: number): string => join(folder, `m-0000${number}-of-00003.gguf`);
const config = { model: part(1) };
const output = join(folder, 'out');
const changed = (): string[] => changedInputs(config, output, (name) => name);

it('all parts of a GGUF model', () => {
  for (const number of [1, 2, 3]) writeFileSync(part(number), `part ${number}`);
  writeFileSync(join(folder, 'other-00002-of-00003.gguf'), 'no part of it');
  recordInputs(config, output, (name) => name, new Set());
  expect(changed()).toEqual([]);
  appendFileSync(join(folder, 'other-00002-of-00003.gguf'), '!');
  expect(changed()).toEqual([]);
  appendFileSync(part(2), '!');
  rmSync(part(3));
  expect(changed()).toEqual([
    expect.stringContaining(`${part(2)} has other bytes than were read`),
    `model "${part(1)}": ${part(3)} is missing`,
  ]);
});
