/** What a GGUF file may say and this program does not compute is refused by the name of the key or tensor; cut and absurd files at once, without memory for what they claim. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/main/data/checkpoints/index.ts';
import { CheckpointError } from '../../../../src/main/data/checkpoints/safetensors.ts';
import {
  asBool,
  asF32,
  asI32s,
  asText,
  asTexts,
  asU32,
  float32Tensor,
  ggufBytes,
  type RawFile,
  takenApart,
  text,
  u32,
  u64,
  type Value,
  withKeys,
  written,
} from './written-by-hand.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-gguf-refused-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'model.gguf');
const llama = takenApart('llama-tied');
const longest = (reason: RegExp, bytes: Buffer): void => {
  writeFileSync(path, bytes);
  refused(reason);
};

function refused(reason: RegExp): void {
  const before = process.memoryUsage();
  const start = performance.now();
  expect(() => openCheckpoint(path)).toThrow(reason);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(() => openCheckpoint(path)).toThrow(CheckpointError);
  expect(() => openCheckpoint(path)).toThrow(path);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(128 << 20);
}

it('the control is read', () => {
  expect(openCheckpoint(written(path, llama)).config.model_type).toBe('llama');
});

describe('metadata', () => {
  const yarn = { 'llama.rope.scaling.type': asText('yarn'), 'llama.rope.scaling.factor': asF32(4) };
  const cases: [what: string, keys: Record<string, Value | undefined>, reason: RegExp][] = [
    ['architecture', { 'general.architecture': asText('phi3') }, /architecture "phi3" is not supported in GGUF/],
    ['architecture of no text', { 'general.architecture': asU32(3) }, /"general.architecture" must be a text/],
    ['no architecture', { 'general.architecture': undefined }, /"general.architecture" is missing/],
    ['experts', { 'llama.expert_count': asU32(8) }, /"llama.expert_count" is 8/],
    ['caps', { 'llama.final_logit_softcapping': asF32(20) }, /"llama.final_logit_softcapping" is 20/],
    ['scale', { 'llama.attention.scale': asF32(0.5) }, /"llama.attention.scale" is 0.5/],
    ['not causal', { 'llama.attention.causal': asBool(false) }, /"llama.attention.causal" is false/],
    [
      'sections',
      { 'llama.rope.dimension_sections': asI32s([2, 2, 0, 0]) },
      /"llama.rope.dimension_sections" is 2,2,0,0/,
    ],
    [
      'partial rotation',
      { 'llama.rope.dimension_count': asU32(8) },
      /"llama.rope.dimension_count" is 8 and the heads have 16/,
    ],
    ['other values', { 'llama.attention.value_length': asU32(8) }, /values of 8 beside keys of 16/],
    ['dynamic', { 'llama.rope.scaling.type': asText('dynamic') }, /RoPE scaling "dynamic" is not supported/],
    [
      'extrapolation',
      { ...yarn, 'llama.rope.scaling.yarn_ext_factor': asF32(0.5) },
      /"llama.rope.scaling.yarn_ext_factor" is 0.5/,
    ],
    [
      'absolute factor',
      { ...yarn, 'llama.rope.scaling.yarn_attn_factor': asF32(1.5) },
      /"llama.rope.scaling.yarn_attn_factor" is 1.5/,
    ],
    [
      'multiplier',
      { ...yarn, 'llama.rope.scaling.yarn_log_multiplier': asF32(1) },
      /"llama.rope.scaling.yarn_log_multiplier" is 1/,
    ],
    [
      'longrope alone',
      { 'llama.rope.scaling.type': asText('longrope') },
      /needs the tensor "rope_factors_short.weight"/,
    ],
    [
      'no epsilon',
      { 'llama.attention.layer_norm_rms_epsilon': undefined },
      /"llama.attention.layer_norm_rms_epsilon" is missing/,
    ],
    ['no heads', { 'llama.attention.head_count': undefined }, /"llama.attention.head_count" is missing/],
    ['zero heads', { 'llama.attention.head_count': asU32(0) }, /"llama.attention.head_count" is 0/],
    [
      'other heads in each layer',
      { 'llama.attention.head_count': asI32s([2, 4]) },
      /"llama.attention.head_count" differs from layer to layer, \[2,4\]/,
    ],
    ['base of nothing', { 'llama.rope.freq_base': asF32(0) }, /"llama.rope.freq_base" must be above 0, found 0/],
    ['base of no number', { 'llama.rope.freq_base': asF32(Number.NaN) }, /"llama.rope.freq_base" must be a number/],
    ['more layers', { 'llama.block_count': asU32(4_000_000_000) }, /the tensor "blk.1.attn_norm.weight" is missing/],
    ['no layers', { 'llama.block_count': asU32(0) }, /"blk.0.\S+" is of a layer beyond the 0 of the metadata/],
    [
      'wider',
      { 'llama.embedding_length': asU32(64) },
      /"token_embd.weight" has shape \[24,32\], the metadata asks for \[24,64\]/,
    ],
    [
      'more units',
      { 'llama.feed_forward_length': asU32(64) },
      /"blk.0.ffn_gate.weight" has shape \[32,32\], the metadata asks for \[64,32\]/,
    ],
    [
      'other grouping',
      { 'llama.attention.head_count_kv': asU32(1) },
      /"blk.0.attn_k.weight" has shape \[32,32\], the metadata asks for \[16,32\]/,
    ],
    [
      'part 2',
      { 'split.count': asU32(2), 'split.no': asU32(1) },
      /part 2 of 2 and must be named NAME-00002-of-00002.gguf/,
    ],
    ['many parts', { 'split.count': asU32(70_000) }, /"split.count" is 70000; at most 1000/],
    ['alignment in words', { 'general.alignment': asText('32') }, /general.alignment must be a power of two, found 32/],
  ];
  it.each(cases)('%s', (_, keys, reason) => {
    written(path, withKeys(llama, keys));
    refused(reason);
  });

  it('a window of a family that has it in some layers', () => {
    written(path, withKeys(takenApart('qwen2-tied'), { 'qwen2.attention.sliding_window': asU32(8) }));
    refused(/"qwen2.attention.sliding_window" is 8: the file does not say which layers have it/);
  });
});

describe('tensors', () => {
  const plus = (...tensors: RawFile['tensors']): RawFile => ({ ...llama, tensors: [...llama.tensors, ...tensors] });
  const without = (name: string): RawFile => ({ ...llama, tensors: llama.tensors.filter((t) => t.name !== name) });
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  const longrope = {
    'llama.rope.scaling.type': asText('longrope'),
    'llama.rope.scaling.original_context_length': asU32(16),
  };
  const cases: [what: string, file: RawFile, reason: RegExp][] = [
    [
      'unknown',
      plus(float32Tensor('blk.0.attn_sub_norm.weight', ones(32))),
      /"blk.0.attn_sub_norm.weight" is no part of the architecture "llama"/,
    ],
    [
      'queries, keys and values in one',
      plus(float32Tensor('blk.0.attn_qkv.weight', ones(32))),
      /"blk.0.attn_qkv.weight" is no part/,
    ],
    ['a bias of the head', plus(float32Tensor('output.bias', ones(24))), /"output.bias" is no part/],
    [
      'a bias of another length',
      plus(float32Tensor('blk.0.attn_q.bias', ones(16))),
      /"blk.0.attn_q.bias" has shape \[16\], the metadata asks for \[32\]/,
    ],
    [
      'beyond the layers',
      plus(float32Tensor('blk.1.attn_norm.weight', ones(32))),
      /"blk.1.attn_norm.weight" is of a layer beyond the 1/,
    ],
    ['none of the embedding', without('token_embd.weight'), /"token_embd.weight" \[vocabulary, hidden\] is missing/],
    ['none of a layer', without('blk.0.ffn_up.weight'), /the tensor "blk.0.ffn_up.weight" is missing/],
    ['twice', plus(float32Tensor('output_norm.weight', ones(32))), /tensor "output_norm.weight" is there twice/],
    [
      'too few factors',
      plus(float32Tensor('rope_freqs.weight', ones(4))),
      /rope_freqs.weight has shape \[4\]; one factor for each of 8 rotary pairs/,
    ],
    ['no factors', plus(float32Tensor('rope_freqs.weight', [])), /rope_freqs.weight has shape \[0\]/],
    ['factors below 0', plus(float32Tensor('rope_freqs.weight', [...ones(7), -1])), /rope_freqs.weight holds -1/],
    [
      'factors of another scaling',
      plus(float32Tensor('rope_factors_long.weight', ones(8))),
      /"rope_factors_long.weight", and its RoPE scaling is "linear"/,
    ],
    [
      'factors that differ beyond the original context',
      withKeys(
        plus(
          float32Tensor('rope_factors_short.weight', ones(8)),
          float32Tensor('rope_factors_long.weight', [...ones(7), 2]),
        ),
        longrope,
      ),
      /its "rope_factors_long.weight" differs from "rope_factors_short.weight"/,
    ],
    [
      'factors and YaRN',
      withKeys(plus(float32Tensor('rope_freqs.weight', ones(8))), { 'llama.rope.scaling.type': asText('yarn') }),
      /rope_freqs.weight and also RoPE scaling "yarn"/,
    ],
    [
      'inside another',
      plus({ ...float32Tensor('x', ones(32)), offset: 32 }),
      /tensor "x" begins at offset 32, inside the tensor before it/,
    ],
    [
      'beyond the file',
      plus({ ...float32Tensor('x', ones(8)), offset: 1 << 30 }),
      /tensor "x" needs 32 bytes from byte \d+, the file ends/,
    ],
    [
      'a place of 2^63',
      plus({ ...float32Tensor('x', ones(8)), offset: 1n << 63n }),
      /the offset of tensor "x" is 9223372036854775808/,
    ],
    [
      'larger than the file',
      plus(float32Tensor('x', ones(8), [1 << 20, 1 << 20])),
      /tensor "x" needs 4398046511104 bytes/,
    ],
    [
      '2^63 columns',
      plus({ ...float32Tensor('x', ones(8)), dims: [1n << 63n] }),
      /dimension 0 of tensor "x" is 9223372036854775808/,
    ],
    ['five dimensions', plus(float32Tensor('x', ones(1), [1, 1, 1, 1, 1])), /tensor "x" has 5 dimensions; at most 4/],
    [
      'no whole blocks',
      plus({ name: 'x', dims: [20], type: 8, data: Buffer.alloc(34) }),
      /tensor "x": rows of 20 values are no whole blocks of Q8_0/,
    ],
    [
      'a name that is no UTF-8',
      plus({ ...float32Tensor('', ones(1)), name: Buffer.from([0xff, 0xfe]) }),
      /the name of tensor \d+, before byte \d+, is not UTF-8/,
    ],
    [
      'a long name',
      plus(float32Tensor('x'.repeat(2000), ones(1))),
      /the length of the name of tensor \d+ is 2000; at most 1024/,
    ],
  ];
  it.each(cases)('%s', (_, file, reason) => {
    written(path, file);
    refused(reason);
  });
});

describe('absurd claims', () => {
  const head = (tensors: number | bigint, keys: number | bigint) =>
    Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(keys)]);
  const list = (type: number, count: number | bigint) => Buffer.concat([text('k'), u32(9), u32(type), u64(count)]);
  const tail = Buffer.alloc(4096);
  const cases: [what: string, bytes: Buffer, reason: RegExp][] = [
    ['tensors', Buffer.concat([head(1n << 62n, 0), tail]), /the number of tensors is 4611686018427387904; at most/],
    ['keys', Buffer.concat([head(0, 1n << 63n), tail]), /the number of metadata keys is 9223372036854775808; at most/],
    [
      'elements',
      Buffer.concat([head(0, 1), list(0, 1n << 60n), tail]),
      /the number of elements of the metadata "k" is 1152921504606846976; at most 4096/,
    ],
    [
      'texts',
      Buffer.concat([head(0, 1), list(8, 600), tail]),
      /the number of elements of the metadata "k" is 600; at most 512/,
    ],
    [
      'a list of unknown things',
      Buffer.concat([head(0, 1), list(13, 5), tail]),
      /"k"\[0\] has the value type 13; types are 0 to 12/,
    ],
    [
      'a key of 2^40 bytes',
      Buffer.concat([head(0, 1), u64(1n << 40n), tail]),
      /the length of the name of metadata key 0 is 1099511627776; at most/,
    ],
    [
      'a key that is no UTF-8',
      Buffer.concat([head(0, 1), text(Buffer.from([0x80])), tail]),
      /the name of metadata key 0, before byte \d+, is not UTF-8/,
    ],
    [
      'a text that is no UTF-8',
      ggufBytes(withKeys(llama, { k: Buffer.concat([u32(8), text(Buffer.from([0xc3, 0x28]))]) })),
      /the metadata "k", before byte \d+, is not UTF-8/,
    ],
    [
      'a key twice',
      ggufBytes({ ...llama, metadata: [...llama.metadata, ['llama.block_count', asU32(1)]] }),
      /the metadata key "llama.block_count" is there twice/,
    ],
    [
      'big-endian',
      Buffer.concat([Buffer.from('GGUF'), Buffer.from([0, 0, 0, 3]), tail]),
      /it is a big-endian GGUF file/,
    ],
    ['version 1', Buffer.concat([Buffer.from('GGUF'), u32(1), tail]), /GGUF version 1 is not read; known are 2 and 3/],
  ];
  it.each(cases)('%s', (_, bytes, reason) => longest(reason, bytes));

  it('in a file with holes, which is as long as it says', () => {
    const sparse = (head: Buffer, length: number): void => {
      writeFileSync(path, head);
      const fd = openSync(path, 'r+');
      ftruncateSync(fd, length);
      closeSync(fd);
    };
    sparse(Buffer.concat([head(0, 1), text('k'), u32(8), u64(1n << 33n)]), 2 ** 34);
    refused(/the length of the metadata "k" is 8589934592; at most 67108864/);
    sparse(Buffer.concat([head(0, 1), list(0, 1n << 33n)]), 2 ** 34);
    refused(/the number of elements of the metadata "k" is 8589934592; at most 16000000/);
    sparse(head(1n << 28n, 0), 2 ** 34);
    refused(/the number of tensors is 268435456; at most 100000/);
    sparse(
      ggufBytes({ ...llama, tensors: [...llama.tensors, { ...float32Tensor('x', [1]), dims: [2 ** 31] }] }),
      2 ** 34,
    );
    refused(/the tensor "x" is no part of the architecture/);
  });

  it('a file cut at any of 400 places', () => {
    const whole = ggufBytes(withKeys(llama, { 'tokenizer.ggml.tokens': asTexts(['a', 'b', 'c']) }));
    for (let i = 0; i < 400; i++) {
      writeFileSync(path, whole.subarray(0, Math.floor((i * whole.length) / 400)));
      expect(() => openCheckpoint(path), `of ${whole.length}: ${i}/400`).toThrow(CheckpointError);
    }
  });
});
