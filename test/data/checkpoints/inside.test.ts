/** Reading stays inside a model's folder: links that lead out are refused by name, those of a hub's cache are followed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { copyModel } from '../../../src/main/data/checkpoints/copy-model.ts';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';
import { writeSafetensors } from '../../../src/main/data/checkpoints/safetensors.ts';

const root = mkdtempSync(join(tmpdir(), 'plumb-inside-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let model = '';
let outside = '';

const weights = (path: string) => writeSafetensors(path, new Map([['a', { shape: [1], data: Float32Array.of(1) }]]));

beforeEach(() => {
  model = join(root, `model-${count}`);
  outside = join(root, `outside-${count++}`);
  for (const folder of [model, outside]) mkdirSync(folder);
  writeFileSync(join(model, 'config.json'), '{}');
  weights(join(model, 'model.safetensors'));
  weights(join(outside, 'secret.safetensors'));
  writeFileSync(join(outside, 'secret.json'), '{"secret": 1}');
});

function replace(name: string, target: string): void {
  rmSync(join(model, name), { force: true });
  symlinkSync(target, join(model, name));
}

describe('a link that leads out of the folder', () => {
  it.each([
    ['config.json', 'secret.json'],
    ['generation_config.json', 'secret.json'],
    ['tokenizer.json', 'secret.json'],
    ['chat_template.jinja', 'secret.json'],
    ['model.safetensors', 'secret.safetensors'],
  ])('%s is refused', (name, target) => {
    replace(name, join(outside, target));
    expect(() => openCheckpoint(model)).toThrow(/is a link that leads out of the model's folder/);
    replace(name, join('..', outside.slice(root.length + 1), target));
    expect(() => openCheckpoint(model)).toThrow(name);
  });

  it('as a template, or a whole folder of them', () => {
    mkdirSync(join(model, 'additional_chat_templates'));
    writeFileSync(join(outside, 'rag.jinja'), 'secret');
    replace('additional_chat_templates/rag.jinja', join(outside, 'rag.jinja'));
    expect(() => openCheckpoint(model)).toThrow(/rag\.jinja: it is a link that leads out/);
    rmSync(join(model, 'additional_chat_templates'), { recursive: true });
    symlinkSync(outside, join(model, 'additional_chat_templates'));
    expect(() => openCheckpoint(model)).toThrow(/rag\.jinja: it is a link that leads out/);
  });

  it('as a shard of the index', () => {
    rmSync(join(model, 'model.safetensors'));
    writeFileSync(join(model, 'model.safetensors.index.json'), '{"weight_map": {"a": "shard.safetensors"}}');
    symlinkSync(join(outside, 'secret.safetensors'), join(model, 'shard.safetensors'));
    expect(() => openCheckpoint(model)).toThrow(/shard\.safetensors: it is a link that leads out/);
  });

  it('or nowhere, or to itself', () => {
    replace('config.json', join(outside, 'nothing.json'));
    expect(() => openCheckpoint(model)).toThrow(/config\.json is missing/);
    replace('config.json', 'config.json');
    expect(() => openCheckpoint(model)).toThrow(/config\.json is missing/);
    rmSync(join(model, 'config.json'));
    writeFileSync(join(model, 'config.json'), '{}');
    replace('tokenizer.json', 'tokenizer.json');
    expect(() => openCheckpoint(model)).toThrow(/tokenizer\.json: a link that leads nowhere/);
  });
});

it.skipIf(process.platform === 'win32')('a pipe or a device is refused, not waited for', () => {
  rmSync(join(model, 'config.json'));
  execFileSync('mkfifo', [join(model, 'config.json')]);
  expect(() => openCheckpoint(model)).toThrow(/config\.json: not a plain file/);
  expect(() => openCheckpoint(join(model, 'config.json'))).toThrow(/config\.json: not a plain file/);
  expect(() => openCheckpoint('/dev/zero')).toThrow(/\/dev\/zero: not a plain file/);
});

it('links within the folder, and those of a hub’s cache, are followed', () => {
  writeFileSync(join(model, 'real.json'), '{"model_type": "here"}');
  replace('config.json', 'real.json');
  expect(openCheckpoint(model).config.model_type).toBe('here');

  const repository = join(root, 'models--owner--name');
  const [blobs, snapshot] = [join(repository, 'blobs'), join(repository, 'snapshots', 'a'.repeat(40))];
  for (const folder of [blobs, snapshot]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(blobs, 'b1'), '{"model_type": "cached"}');
  weights(join(blobs, 'b2'));
  symlinkSync('../../blobs/b1', join(snapshot, 'config.json'));
  symlinkSync('../../blobs/b2', join(snapshot, 'model.safetensors'));
  expect(openCheckpoint(snapshot).config.model_type).toBe('cached');
  rmSync(join(snapshot, 'config.json'));
  symlinkSync(join(outside, 'secret.json'), join(snapshot, 'config.json'));
  expect(() => openCheckpoint(snapshot)).toThrow(/leads out of the model's folder/);
});

it('a copy has the templates of a folder within', async () => {
  mkdirSync(join(model, 'additional_chat_templates'));
  writeFileSync(join(model, 'additional_chat_templates', 'tool_use.jinja'), 'T');
  writeFileSync(join(model, 'additional_chat_templates', 'program.py'), 'no');
  const copy = join(root, `copy-${count}`);
  mkdirSync(copy);
  await copyModel(model, copy);
  expect(readFileSync(join(copy, 'additional_chat_templates', 'tool_use.jinja'), 'utf8')).toBe('T');
  expect(readdirSync(join(copy, 'additional_chat_templates'))).toEqual(['tool_use.jinja']);
});
