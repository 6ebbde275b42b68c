/** A model of a few thousand weights with a tokenizer of its own, in a temporary folder: real enough for every trainer, small enough for every test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModelFolder } from '../../src/main/data/checkpoints/huggingface.ts';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { bpeTokenizerJson, trainBpe } from '../../src/main/data/tokenizers/bpe-trainer.ts';
import { initLanguageModel } from '../../src/main/engine/models/language-model.ts';
import type { TrainControl } from '../../src/main/train/method.ts';
import { methods } from '../../src/main/train/methods/index.ts';
import { type RunDocument, runTraining } from '../../src/main/train/run.ts';

export const END = '<|end|>';

export interface Bench {
  readonly folder: string;
  run(config: Record<string, unknown>, more?: RunExtras): Promise<RunDocument>;
  remove(): void;
}

export interface RunExtras {
  readonly out?: string;
  readonly resume?: boolean;
  /** Asks for a stop when this step is done. */
  readonly stopAfter?: number;
  /** The person whom annotator human asks. */
  readonly rate?: TrainControl['rate'];
  readonly onEvent?: TrainControl['emit'];
}

/** Makes FOLDER/model from these texts; `run` trains in FOLDER with relative paths and one thread. */
export function tinyBench(texts: readonly string[]): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-tiny-'));
  writeTinyModel(join(folder, 'model'), texts);
  let number = 0;
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    run(config, { out, resume = false, stopAfter, rate, onEvent } = {}) {
      const controller = new AbortController();
      return runTraining(methods.get(String(config.method)), config, {
        run: 'test',
        outputDir: out ?? join(folder, `run-${number++}`),
        resolvePath: (path) => join(folder, path),
        resume,
        threads: 1,
        signal: controller.signal,
        rate,
        onEvent,
        onProgress: (step) => {
          if (step === stopAfter) controller.abort();
        },
      });
    },
  };
}

/** A llama of two layers, 16 wide, or of other sizes, with a tokenizer trained on the texts; the same bits every time. */
export function writeTinyModel(path: string, texts: readonly string[], sizes: Record<string, number> = {}): void {
  const trained = trainBpe(texts, { vocabularySize: 300, specialTokens: [END] });
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
    ...sizes,
  };
  const model = initLanguageModel(config, 7);
  writeModelFolder(path, {
    config,
    tensors: new Map(
      model.specs.map((s) => [s.name, { shape: s.shape, data: model.weights.get(s.name) ?? new Float32Array() }]),
    ),
    files: {
      'tokenizer.json': JSON.stringify(bpeTokenizerJson(trained, [END])),
      'tokenizer_config.json': JSON.stringify({ eos_token: END, pad_token: END }),
    },
  });
}

/** Every tensor of a run's model, or of a folder within its output. */
export const weightsOf = ({ output_dir }: RunDocument, within = ''): Record<string, Float32Array> =>
  weightsIn(join(output_dir, within));

/** Every tensor of a model folder. */
export function weightsIn(folder: string): Record<string, Float32Array> {
  const file = openSafetensors(join(folder, 'model.safetensors'));
  return Object.fromEntries([...file.entries.keys()].map((name) => [name, file.float32(name)]));
}

/** Metrics by step, whatever the wall clock. */
export const curve = (document: RunDocument) => document.steps.map(({ step, metrics }) => ({ step, metrics }));
