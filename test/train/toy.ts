/** A tiny random llama, its tokenizer and a few rows of every kind in a temporary folder, and runs on them: for tests of the methods. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModelFolder } from '../../src/main/data/checkpoints/huggingface.ts';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { bpeTokenizerJson, trainBpe } from '../../src/main/data/tokenizers/bpe-trainer.ts';
import { initLanguageModel } from '../../src/main/engine/models/language-model.ts';
import type { TrainEvent } from '../../src/main/train/method.ts';
import { methods } from '../../src/main/train/methods/index.ts';
import { type RunDocument, runTraining } from '../../src/main/train/run.ts';

const EOS = '<|end|>';
const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm'];

export const toyPairs = Array.from({ length: 10 }, (_, i) => ({
  prompt: `name a ${words[i]} thing :`,
  chosen: ` a ${words[i]} ${words[(i + 3) % 10]} ball`,
  rejected: ` no ${words[(i + 5) % 10]}`,
}));

export const toyUnpaired = toyPairs.flatMap(({ prompt, chosen, rejected }, i) =>
  i % 3 === 0
    ? [{ prompt, completion: chosen, label: true }]
    : [
        { prompt, completion: chosen, label: true },
        { prompt, completion: rejected, label: false },
      ],
);

export interface Toy {
  readonly folder: string;
  write(name: string, rows: readonly object[]): string;
  train(config: Readonly<Record<string, unknown>>, how?: TrainOptions): Promise<RunDocument>;
}

export interface TrainOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly stopAfter?: number;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** The caller removes `folder`. It holds model/, pairs.jsonl and unpaired.jsonl; paths of a config are relative to it. */
export function makeToy(): Toy {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-toy-'));
  const trained = trainBpe(
    toyPairs.flatMap((p) => [p.prompt, p.chosen, p.rejected]),
    { vocabularySize: 300, specialTokens: [EOS] },
  );
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: trained.vocabulary.size,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    initializer_range: 0.1,
    pad_token_id: 0,
    eos_token_id: 0,
    bos_token_id: 0,
  };
  const model = initLanguageModel(config, 7);
  writeModelFolder(join(folder, 'model'), {
    config,
    tensors: new Map(
      model.specs.map((s) => [s.name, { shape: s.shape, data: model.weights.get(s.name) ?? new Float32Array() }]),
    ),
    files: {
      'tokenizer.json': JSON.stringify(bpeTokenizerJson(trained, [EOS])),
      'tokenizer_config.json': JSON.stringify({ eos_token: EOS, pad_token: EOS }),
    },
  });
  const write = (name: string, rows: readonly object[]): string => {
    writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));
    return name;
  };
  write('pairs.jsonl', toyPairs);
  write('unpaired.jsonl', toyUnpaired);
  let number = 0;
  return {
    folder,
    write,
    train(config, { out, resume = false, stopAfter, onEvent } = {}) {
      const controller = new AbortController();
      const whole = {
        method: 'dpo',
        model: 'model',
        dataset: 'pairs.jsonl',
        learning_rate: 1e-3,
        per_device_train_batch_size: 4,
        max_length: 48,
        max_steps: 4,
        ...config,
      };
      return runTraining(methods.get(whole.method), whole, {
        run: 'test',
        outputDir: out ?? join(folder, `out-${number++}`),
        resolvePath: (path) => join(folder, path),
        resume,
        threads: 1,
        signal: controller.signal,
        onEvent,
        onProgress: (step) => {
          if (step === stopAfter) controller.abort();
        },
      });
    },
  };
}

/** Metrics by step: the same whatever the wall clock. */
export const curveOf = (document: RunDocument) => document.steps.map(({ step, metrics }) => ({ step, metrics }));

export function weightsOf(folder: string): Record<string, Float32Array> {
  const file = openSafetensors(join(folder, 'model.safetensors'));
  return Object.fromEntries([...file.entries.keys()].map((name) => [name, file.float32(name)]));
}

export const configOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
