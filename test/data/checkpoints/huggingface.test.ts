/** Model folders: written and read back, in shards, refused when broken, and replaced whole. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { replaceFileAtomic, replaceFolderAtomic, writeFileAtomic } from '../../../src/main/data/checkpoints/atomic.ts';
import { readModelFolder, writeModelFolder } from '../../../src/main/data/checkpoints/huggingface.ts';
import { openCheckpoint } from '../../../src/main/data/checkpoints/index.ts';
import { writeSafetensors } from '../../../src/main/data/checkpoints/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));
let path = '';
let counter = 0;
beforeEach(() => {
  path = join(folder, `model-${counter++}`);
});

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const config = { model_type: 'llama', hidden_size: 4 };
const write = (value: number, files: Record<string, string> = {}) =>
  writeModelFolder(path, {
    config,
    generationConfig: { eos_token_id: 2 },
    tensors: new Map([['w', tensor(value)]]),
    files,
  });

describe('a model folder', () => {
  it('reads back what was written', () => {
    write(1.5, { 'tokenizer.json': '{}' });
    const model = openCheckpoint(path);
    expect([model.config, model.generationConfig, model.tokenizerPath]).toEqual([config, { eos_token_id: 2 }, path]);
    expect([model.tensors.names(), model.tensors.shape('w'), [...model.tensors.float32('w')]]).toEqual([
      ['w'],
      [1],
      [1.5],
    ]);
  });

  it('is replaced whole; nothing temporary stays', () => {
    write(1, { 'old.txt': 'x' });
    write(2);
    expect([...readModelFolder(path).tensors.float32('w')]).toEqual([2]);
    expect(existsSync(join(path, 'old.txt'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('stays the old one when writing the new one fails', () => {
    write(1);
    expect(() =>
      replaceFolderAtomic(path, (temporary) => {
        writeFileSync(join(temporary, 'config.json'), '{}');
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    expect([...readModelFolder(path).tensors.float32('w')]).toEqual([1]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('comes back after a crash between the two moves', () => {
    write(1);
    renameSync(path, join(folder, `.${path.slice(folder.length + 1)}.old`));
    expect([...openCheckpoint(path).tensors.float32('w')]).toEqual([1]);
  });

  it('takes plain file names only', () => {
    expect(() => write(1, { '../escape.txt': 'x' })).toThrow(/"\.\.\/escape\.txt" is not a plain file name/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('shards', () => {
  const index = (map: unknown) => {
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), '{}');
    writeSafetensors(
      join(path, 'model-1.safetensors'),
      new Map([
        ['a', tensor(1)],
        ['c', tensor(3)],
      ]),
    );
    writeSafetensors(join(path, 'model-2.safetensors'), new Map([['b', tensor(2)]]));
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  };
  const good = { a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-1.safetensors' };

  it('are read as one', () => {
    index(good);
    const { tensors } = readModelFolder(path);
    expect(tensors.names().map((name) => [name, ...tensors.float32(name)])).toEqual([
      ['a', 1],
      ['c', 3],
      ['b', 2],
    ]);
  });

  it.each([
    [
      'outside the folder',
      { ...good, a: '../model-1.safetensors' },
      /"\.\.\/model-1\.safetensors" is not the name of a safetensors file/,
    ],
    [
      'with an absolute path',
      { ...good, a: '/etc/x.safetensors' },
      /is not the name of a safetensors file in this folder/,
    ],
    ['that is missing', { ...good, b: 'model-3.safetensors' }, /the shard model-3\.safetensors is missing/],
    [
      'without the tensor',
      { ...good, d: 'model-2.safetensors' },
      /tensor "d" should be in model-2\.safetensors, which does not hold it/,
    ],
    ['that is no text', { ...good, a: 7 }, /7 is not the name of a safetensors file/],
    ['in a list', [], /"weight_map" must be an object/],
  ])('%s are refused', (_name, map, message) => {
    index(map);
    expect(() => readModelFolder(path)).toThrow(message);
  });

  it('that hold the same tensor are refused', () => {
    index(good);
    writeSafetensors(
      join(path, 'model-2.safetensors'),
      new Map([
        ['a', tensor(1)],
        ['b', tensor(2)],
      ]),
    );
    expect(() => readModelFolder(path)).toThrow(
      /tensor "a" is in .*model-1\.safetensors and in .*model-2\.safetensors/,
    );
  });
});

describe('opening what is no model', () => {
  const file = (name: string, content: string) => {
    mkdirSync(path);
    writeFileSync(join(path, name), content, 'latin1');
    return join(path, name);
  };
  it.each([
    ['weights.bin', 'PK\x03\x04............', /a PyTorch \(or zip\) file is not read/],
    ['weights.bin', '\x80\x02}q............', /a Python pickle is not read/],
    ['model.gguf', 'GGUF............', /GGUF/],
    ['model.safetensors', '\x10\0\0\0\0\0\0\0{}..............', /open the folder with its config\.json/],
    ['model.bin', 'x', /1 bytes; a llama2\.c file has 28 to/],
    ['notes.txt', 'hello', /expected a Hugging Face folder, a GGUF file or a llama2\.c \.bin file/],
  ])('%s %j says what it is', (name, content, message) => {
    expect(() => openCheckpoint(file(name, content))).toThrow(message);
  });

  it('says what is missing', () => {
    expect(() => openCheckpoint(path)).toThrow(/there is no such model/);
    file('adapter_config.json', '{}');
    expect(() => openCheckpoint(path)).toThrow(/adapter_model\.safetensors is missing/);
    rmSync(join(path, 'adapter_config.json'));
    writeFileSync(join(path, 'config.json'), '[]');
    expect(() => openCheckpoint(path)).toThrow(/config\.json does not hold a JSON object/);
    writeFileSync(join(path, 'config.json'), '{"a": ');
    expect(() => openCheckpoint(path)).toThrow(/config\.json is not valid JSON/);
    writeFileSync(join(path, 'config.json'), '{}');
    expect(() => openCheckpoint(path)).toThrow(
      /expected model\.safetensors or model\.safetensors\.index\.json, found neither$/,
    );
    writeFileSync(join(path, 'consolidated.00.safetensors'), 'x');
    expect(() => openCheckpoint(path)).toThrow(
      /there is consolidated\.00\.safetensors: it has names of another format/,
    );
    writeFileSync(join(path, 'pytorch_model-00001-of-00002.bin'), 'x');
    expect(() => openCheckpoint(path)).toThrow(
      /there is pytorch_model-00001-of-00002\.bin: a Python pickle is not read/,
    );
  });
});

describe('files', () => {
  it('are replaced whole, or stay as they were when writing fails', () => {
    mkdirSync(path);
    const target = join(path, 'state.json');
    writeFileAtomic(target, 'one');
    writeFileAtomic(target, 'two');
    expect(() =>
      replaceFileAtomic(target, (temporary) => {
        writeFileSync(temporary, 'thr');
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    expect(readFileSync(target, 'utf8')).toBe('two');
    expect(readdirSync(path)).toEqual(['state.json']);
  });
});
