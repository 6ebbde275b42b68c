/** A GGUF model cut into parts: the same tensors as the whole, and each way the parts can fail to be one model. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/main/data/checkpoints/index.ts';
import { asI32s, asText, asU32, goldenModel, type RawFile, takenApart, withKeys, written } from './written-by-hand.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 3;
const whole = takenApart('qwen3-head-size');
const nameOf = (number: number): string => join(folder, `model-0000${number}-of-0000${COUNT}.gguf`);
/** As gguf-split makes them: all metadata in the first part, a few tensors in each. */
const partOf = (number: number): RawFile =>
  withKeys(
    {
      metadata: number === 1 ? whole.metadata : [],
      tensors: whole.tensors.filter((_, i) => i % COUNT === number - 1),
    },
    {
      'split.no': asU32(number - 1),
      'split.count': asU32(COUNT),
      'split.tensors.count': asU32(whole.tensors.length),
    },
  );

beforeEach(() => {
  for (let number = 1; number <= COUNT; number++) written(nameOf(number), partOf(number));
});

it('are read as one model', () => {
  const found = openCheckpoint(nameOf(1));
  const expected = openCheckpoint(goldenModel('qwen3-head-size'));
  expect(found.config).toEqual(expected.config);
  expect(found.tensors.names().sort()).toEqual(expected.tensors.names().sort());
  for (const name of expected.tensors.names())
    expect(found.tensors.float32(name), name).toEqual(expected.tensors.float32(name));
  expect(found.bytes).toBeGreaterThan(expected.bytes);
});

it('the second alone names the first', () => {
  expect(() => openCheckpoint(nameOf(2))).toThrow(
    `${nameOf(2)}: it is part 2 of 3: give the first one, model-00001-of-00003.gguf`,
  );
});

it('a part that is not there is named', () => {
  rmSync(nameOf(3));
  expect(() => openCheckpoint(nameOf(1))).toThrow('it is part 1 of 3, and model-00003-of-00003.gguf is not beside it');
});

it.each([
  ['a part of another model', 2, { 'split.no': asU32(2) }, /part 3 of 3; 2 of 3 was expected/],
  ['a part that says nothing of itself', 3, { 'split.count': undefined }, /part 3 of \(none\); 3 of 3 was expected/],
  ['fewer tensors than announced', 1, { 'split.tensors.count': asU32(99) }, /"split.tensors.count" is 99, its 3 parts/],
  ['a number in words', 1, { 'split.count': asText('3') }, /"split.count" must be a whole number, found "3"/],
  ['a number that is a list', 1, { 'split.no': asI32s([0]) }, /"split.no" must be a whole number/],
])('%s', (_, number, keys, reason) => {
  written(nameOf(number), withKeys(partOf(number), keys));
  expect(() => openCheckpoint(nameOf(1))).toThrow(reason);
});

it('a tensor in two parts', () => {
  const [first] = whole.tensors;
  written(nameOf(3), { ...partOf(3), tensors: [...partOf(3).tensors, first] });
  expect(() => openCheckpoint(nameOf(1))).toThrow(
    `the tensor "${first.name}" is in model-00001-of-00003.gguf and in model-00003-of-00003.gguf`,
  );
});
