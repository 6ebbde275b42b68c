/** Exports: what leaves comes in again with the same numbers, as far as the type of its weights holds them; what a format cannot hold is refused by name. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from '../../src/main/data/checkpoints/float16.ts';
import { transposed } from '../../src/main/data/checkpoints/gguf/families/layouts.ts';
import { tensorTypes } from '../../src/main/data/checkpoints/gguf/types/index.ts';
import { openCheckpoint } from '../../src/main/data/checkpoints/index.ts';
import { loadTokenizer } from '../../src/main/data/tokenizers/index.ts';
import { type LanguageModel, loadLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { withScoreHead } from '../../src/main/engine/models/score-head.ts';
import { encodePortable } from '../../src/main/engine/onnx/encode.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import {
  ExportError,
  type ExportFormat,
  type ExportSource,
  type ExportType,
} from '../../src/main/exports/export-format.ts';
import { exportModel, exportSource } from '../../src/main/exports/export-model.ts';
import { exportFormats } from '../../src/main/exports/index.ts';
import { portableGraph } from '../../src/main/exports/onnx-graph.ts';
import { CONFIGS, goldenTokenizer, type Json, OTHER_CONFIGS, TEMPLATE, tinySource } from './tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

async function exported(source: ExportSource, format: string, type?: ExportType): Promise<string> {
  const out = join(folder, `${count++}`);
  const files = await exportModel(source, {
    format: exportFormats.get(format),
    type,
    out,
    run: null,
    base: null,
    basePath: null,
  });
  expect(files.every((file) => existsSync(file))).toBe(true);
  return out;
}

/** What a file of the type holds instead of these values. */
const ROUNDED: Readonly<Record<ExportType, (values: Float32Array) => Float32Array>> = {
  f32: (values) => values,
  f16: (values) => widenFloat16(narrowFloat16(values)),
  bf16: (values) => widenBfloat16(narrowBfloat16(values)),
  q8_0: (values) => {
    const type = tensorTypes.get('Q8_0');
    const result = new Float32Array(values.length);
    type.decode(type.encode?.(values) ?? new Uint8Array(), result);
    return result;
  },
};

const IDS = [
  [5, 9, 300, 17, 42, 250, 399, 3],
  [7, 7, 8],
];

async function logits(model: LanguageModel): Promise<number[][]> {
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 64, threads: 1 });
  const found = await scorer.lastLogits(IDS);
  await scorer.close();
  return found.map((row) => [...row]);
}

/** GPT-2's matrices lie turned in the file, and blocks run along its rows. */
function rounded(type: ExportType, name: string, shape: readonly number[], values: Float32Array): Float32Array {
  if (!/\.c_\w+\.weight$/.test(name)) return ROUNDED[type](values);
  return transposed.fromFile(ROUNDED[type](transposed.toFile(values, shape)), shape);
}

/** Queries (or their norm) of a model whose scores have another scale than 1/√d. */
const carriesScale = ({ attentionScales, headSize }: LanguageModel['config'], name: string): boolean =>
  attentionScales.some((scale) => Math.abs(scale * Math.sqrt(headSize) - 1) > 1e-6) &&
  /\.(q_proj|q_norm|c_attn)\./.test(name);

describe.each(Object.entries(CONFIGS))('%s', (_, config) => {
  const { model, source } = tinySource(config);

  it.each(['f32', 'f16', 'bf16', 'q8_0'] as const)(
    'GGUF %s: weights, tokenizer and template come back',
    async (type) => {
      const out = await exported(source, 'gguf', type);
      const [file] = readdirSync(out).filter((name) => name.endsWith('.gguf'));
      const path = join(out, file);
      const { config: read, tensors, generationConfig } = openCheckpoint(path);
      expect(tensors.names()).toEqual(expect.arrayContaining(source.tensors.names()));
      for (const { name, shape } of model.specs) {
        expect(tensors.shape(name), name).toEqual(shape);
        const values = source.tensors.float32(name);
        if (carriesScale(model.config, name)) continue;
        // Gemma's norms go as 1 + w
        const kept =
          /^gemma/.test(model.config.family) && /norm\.weight$/.test(name) ? values.map((w) => 1 + w) : values;
        const back = kept === values ? values : kept.map((w) => w - 1);
        const isPlain = shape.length === 1 || name.endsWith('wpe.weight');
        expect(tensors.float32(name), name).toEqual(isPlain ? back : rounded(type, name, shape, values));
      }
      expect(generationConfig).toEqual({});
      const tokenizer = loadTokenizer(path);
      for (const text of ['Hello  world', '1234 naïve 東京 😀', ''])
        expect(tokenizer.encode(text).ids).toEqual(source.tokenizer?.encode(text).ids);
      expect(tokenizer.chatTemplate).toBe(TEMPLATE);
      expect(tokenizer.vocabularySize).toBe(model.config.vocabulary);
      if (type === 'f32') {
        // factors of rotary pairs are float32 in the file
        const [before, after] = [await logits(model), await logits(loadLanguageModel(read, tensors))];
        before.forEach((row, i) => {
          row.forEach((x, j) => {
            expect(after[i][j]).toBeCloseTo(x, 4);
          });
        });
      }
    },
  );
});

describe.each(['f32', 'f16', 'bf16'] as const)('a Hugging Face folder in %s', (type) => {
  it.each(Object.keys({ ...CONFIGS, ...OTHER_CONFIGS }))('%s', async (name) => {
    const { model, source } = tinySource({ ...CONFIGS, ...OTHER_CONFIGS }[name]);
    const out = await exported(source, 'hf', type);
    const { config, tensors } = openCheckpoint(out);
    const loaded = loadLanguageModel(config, tensors);
    for (const { name: tensor } of model.specs)
      expect(loaded.weights.get(tensor), tensor).toEqual(ROUNDED[type](source.tensors.float32(tensor)));
    expect(config.dtype).toBe({ f32: 'float32', f16: 'float16', bf16: 'bfloat16' }[type]);
    if (type === 'f32') expect(await logits(loaded)).toEqual(await logits(model));
  });
});

describe('a base with its adapter merged', () => {
  const golden = fileURLToPath(new URL('../golden/', import.meta.url));
  const tokenizer = join(golden, 'models/llama/tokenizer.json');

  it.each(['tied-head', 'tied-whole-embedding', 'gpt2-whole-embedding', 'gpt_neox-head'])(
    '%s: a head of its own where the adapter changed one side of a shared matrix',
    async (name) => {
      const source = exportSource(join(golden, 'adapters', name), { tokenizer });
      const { config, tensors } = openCheckpoint(await exported(source, 'hf'));
      expect(config.tie_word_embeddings).toBe(false);
      const { prompts } = JSON.parse(readFileSync(join(golden, 'adapters', name, 'expected.json'), 'utf8')) as {
        prompts: { input_ids: number[]; last_logits: number[] }[];
      };
      const scorer = await createScorer(loadLanguageModel(config, tensors), {
        weights: 'frozen',
        maxPositions: 16,
        threads: 1,
      });
      const found = await scorer.lastLogits(prompts.map((prompt) => prompt.input_ids));
      await scorer.close();
      prompts.forEach(({ last_logits }, i) => {
        last_logits.forEach((logit, j) => {
          expect(found[i][j]).toBeCloseTo(logit, 4);
        });
      });
    },
  );

  it('stays tied where the adapter sits elsewhere', async () => {
    const source = exportSource(join(golden, 'adapters/gemma3'), { tokenizer });
    const { config, tensors } = openCheckpoint(await exported(source, 'hf'));
    expect(config.tie_word_embeddings).not.toBe(false);
    expect(tensors.names()).not.toContain('lm_head.weight');
  });
});

it('a reward model whose config.json does not name its class says so when it leaves', async () => {
  const golden = fileURLToPath(new URL('../golden/models/llama-reward', import.meta.url));
  const unnamed = join(folder, 'unnamed');
  cpSync(golden, unnamed, { recursive: true });
  const { architectures: _class, id2label: _a, label2id: _b, ...rest } = openCheckpoint(golden).config;
  writeFileSync(join(unnamed, 'config.json'), JSON.stringify(rest));
  const { config } = openCheckpoint(await exported(exportSource(unnamed), 'hf'));
  expect([config.architectures, config.id2label]).toEqual([['LlamaForSequenceClassification'], { 0: 'LABEL_0' }]);
});

const int64 = (rows: readonly number[][]): Tensor =>
  new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0].length]);

/** Runs the exported graph: both rows together, padded on the left, `cut` tokens first and the rest over the cache. */
async function runPortable(
  session: InferenceSession,
  config: LanguageModel['config'],
  cut: number,
): Promise<number[][]> {
  const length = IDS[0].length;
  const padded = IDS.map((row) => [...new Array(length - row.length).fill(0), ...row]);
  const mask = IDS.map((row) => [...new Array(length - row.length).fill(0), ...new Array(row.length).fill(1)]);
  const positions = IDS.map((row) => Array.from({ length }, (_, t) => Math.max(0, t - (length - row.length))));
  const part = (rows: number[][], from: number, to: number) => int64(rows.map((row) => row.slice(from, to)));
  let past: Record<string, Tensor> = {};
  for (let layer = 0; layer < config.layers; layer++)
    for (const kind of ['key', 'value'])
      past[`past_key_values.${layer}.${kind}`] = new Tensor('float32', new Float32Array(), [
        IDS.length,
        config.keyValueHeads,
        0,
        config.headSize,
      ]);
  let last: Float32Array = new Float32Array();
  for (const [from, to] of cut === 0
    ? [[0, length]]
    : [
        [0, cut],
        [cut, length],
      ]) {
    const found = await session.run({
      input_ids: part(padded, from, to),
      attention_mask: part(mask, 0, to),
      position_ids: part(positions, from, to),
      ...past,
    });
    expect(found.logits.dims).toEqual([IDS.length, to - from, config.vocabulary]);
    past = Object.fromEntries(
      Object.entries(found)
        .filter(([name]) => name !== 'logits')
        .map(([name, value]) => [name.replace('present', 'past_key_values'), value as Tensor]),
    );
    last = found.logits.data as Float32Array;
  }
  const steps = last.length / IDS.length / config.vocabulary;
  return IDS.map((_, row) => {
    const at = ((row + 1) * steps - 1) * config.vocabulary;
    return [...last.subarray(at, at + config.vocabulary)];
  });
}

describe('ONNX', () => {
  it.each(Object.entries({ ...CONFIGS, ...OTHER_CONFIGS }))(
    '%s: the same logits, with padding and over a cache',
    async (_, config) => {
      const { model, source } = tinySource(config);
      const out = await exported(source, 'onnx');
      const session = await InferenceSession.create(join(out, 'onnx/model.onnx'), { logSeverityLevel: 3 });
      expect(session.inputNames.slice(0, 3)).toEqual(
        ['input_ids', 'attention_mask', 'position_ids'].slice(0, session.inputNames.includes('position_ids') ? 3 : 2),
      );
      expect(session.outputNames.slice(0, 3)).toEqual(['logits', 'present.0.key', 'present.0.value']);
      const expected = await logits(model);
      for (const cut of [0, 1, 6]) {
        const found = await runPortable(session, model.config, cut);
        found.forEach((row, i) => {
          const worst = row.reduce((w, x, j) => Math.max(w, Math.abs(x - expected[i][j])), 0);
          expect(worst, `row ${i}, cut at ${cut}`).toBeLessThan(2e-4);
        });
      }
      await session.release();
      const files = JSON.parse(readFileSync(join(out, 'tokenizer_config.json'), 'utf8')) as Json;
      expect(existsSync(join(out, 'tokenizer.json')) && files !== null).toBe(true);
    },
  );

  it('words that are tokens as a whole are cut apart where transformers.js would not', async () => {
    const reference = fileURLToPath(new URL('../../resources/models/helpful-reference', import.meta.url));
    const out = await exported(exportSource(reference), 'onnx');
    const texts = ['what do cats eat ?', '<|user|> cats <|end|>', 'a  about?', ' a\nabout .<|end|> ! ?'];
    const before = loadTokenizer(reference);
    const after = loadTokenizer(out);
    for (const text of texts) expect(after.encode(text).ids, text).toEqual(before.encode(text).ids);
    // as transformers.js 4 reads what is written; what the reference has is one unknown token for it
    expect(after.encode(texts[0]).ids).toEqual([2, 40, 2, 47, 6]);
    const json = JSON.parse(readFileSync(join(out, 'tokenizer.json'), 'utf8')) as { pre_tokenizer: Json };
    expect(json.pre_tokenizer).toMatchObject({ type: 'Split', invert: true });
  });

  it('weights of a large model lie in a file beside it', () => {
    const { model } = tinySource(CONFIGS.llama);
    const whole = encodePortable(portableGraph(model), 'model.onnx_data');
    const parted = encodePortable(portableGraph(model), 'model.onnx_data', 0);
    const bytes = parted.external.reduce((sum, part) => sum + part.length, 0);
    expect(whole.external).toEqual([]);
    expect(bytes).toBeGreaterThan(model.config.vocabulary * model.config.hidden * 4);
    expect(parted.bytes.length).toBeLessThan(whole.bytes.length - bytes + 20_000);
  });
});

describe('what a format cannot hold', () => {
  const fails = async (
    config: Json,
    format: string,
    change: Partial<ExportSource>,
    message: RegExp,
    type?: ExportType,
  ) => {
    const out = join(folder, `refused-${count++}`);
    const source = { ...tinySource(config).source, ...change };
    const options = { format: exportFormats.get(format), type, out, run: null, base: null, basePath: null };
    await expect(exportModel(source, options)).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  };

  it('GGUF: an unknown family, and parts of the known ones', async () => {
    const refused = (config: Json, message: RegExp) => fails({ ...CONFIGS.gemma2, ...config }, 'gguf', {}, message);
    await refused({ tie_word_embeddings: false }, /a head of its own cannot be written to a GGUF file of gemma2/);
    await refused({ attention_bias: true }, /biases on attention's output cannot be written/);
    await fails({ ...CONFIGS.qwen3, attention_bias: true }, 'gguf', {}, /biases on attention's output .* of qwen3/);
    await fails({ ...CONFIGS.qwen2, head_dim: 24 }, 'gguf', {}, /heads of 24 that do not add up to the width of 64/);
    await fails({ ...CONFIGS.gpt2, activation_function: 'relu' }, 'gguf', {}, /the activation relu .* of gpt2/);
    await fails({ ...CONFIGS.gpt_neox, rotary_pct: 0 }, 'gguf', {}, /attention without positions .* of gptneox/);
    const yarn = { ...(CONFIGS['llama, yarn'].rope_parameters as Json), beta_slow: 0.1 };
    await fails({ ...CONFIGS['llama, yarn'], rope_parameters: yarn }, 'gguf', {}, /YaRN with other turns/);
  });

  it('GGUF: parts of a llama that llama.cpp computes otherwise', async () => {
    await fails({ ...CONFIGS.llama, hidden_act: 'gelu' }, 'gguf', {}, /the activation gelu cannot be written/);
    await fails(OTHER_CONFIGS.mistral, 'gguf', {}, /sliding windows cannot be written/);
    await fails({ ...CONFIGS.llama, rope_interleaved: true }, 'gguf', {}, /interleaved rotation cannot be written/);
    const rope = CONFIGS['llama, tied, llama3 scaling'].rope_parameters;
    await fails(
      { ...CONFIGS.qwen2, rope_parameters: rope },
      'gguf',
      {},
      /RoPE scaling "llama3" is read by llama\.cpp for llama only/,
    );
  });

  it.each([
    ['unigram-nfkc', /its model is Unigram, BPE was expected/],
    ['byte-digits-flags', /takes spaces or word ends with it/],
  ])('GGUF: the tokenizer %s', (name, message) =>
    fails({ ...CONFIGS.llama, vocab_size: 2000 }, 'gguf', { tokenizer: goldenTokenizer(name) }, message),
  );

  it('GGUF: a tokenizer with more tokens than the model has rows', () =>
    fails({ ...CONFIGS.llama, vocab_size: 100 }, 'gguf', {}, /it has \d+ tokens, the model's embedding has 100 rows/));

  it.runIf(existsSync('/dev/full'))(
    'what the disk does not take: told by the folder, nothing is left behind',
    async () => {
      const { source } = tinySource(CONFIGS.llama);
      const full: ExportFormat = {
        ...exportFormats.get('hf'),
        async write(_, place) {
          writeFileSync(join(place, 'config.json'), '{}');
          writeFileSync('/dev/full', 'x');
        },
      };
      const place = join(folder, 'disk');
      mkdirSync(place);
      const rest = { run: null, base: null, basePath: null };
      await expect(exportModel(source, { ...rest, format: full, out: join(place, 'out') })).rejects.toThrow(
        `${join(place, 'out')}: no space is left on the disk; nothing was written`,
      );
      expect(readdirSync(place)).toEqual([]);
      await expect(exportModel(source, { ...rest, format: full, out: '/proc/plumbline-out' })).rejects.toThrow(
        '/proc/plumbline-out: no folder can be made there; nothing was written',
      );
    },
  );

  it('a model without a tokenizer, a type the format does not have, a score head', async () => {
    await fails(CONFIGS.llama, 'onnx', { tokenizer: null }, /it has no tokenizer; name one with --tokenizer/);
    await fails(CONFIGS.llama, 'onnx', {}, /--format onnx is written in f32; q8_0 was asked for/, 'q8_0');
    const reward = withScoreHead(tinySource(CONFIGS.llama).model, 1);
    const tensors = {
      names: () => [...reward.weights.keys()],
      shape: (name: string) => reward.specs.find((spec) => spec.name === name)?.shape ?? [],
      float32: (name: string) => reward.weights.get(name) ?? new Float32Array(),
    };
    await fails(reward.config.raw, 'onnx', { tensors }, /a score head is not written to ONNX/);
    await fails(reward.config.raw, 'gguf', { tensors }, /a score head cannot be written to a GGUF file/);
    expect(new ExportError('').exitCode).toBe(3);
  });
});
