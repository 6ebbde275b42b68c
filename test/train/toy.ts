/** A tiny random llama, its tokenizer and a few rows of every kind in a temporary folder, and runs on them: for tests of the methods. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainEvent } from '../../src/main/train/method.ts';
import { methods } from '../../src/main/train/methods/index.ts';
import { type RunDocument, runTraining } from '../../src/main/train/run.ts';
import { writeTinyModel } from './tiny-model.ts';

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
  /** Asks to stop so long after the start, whatever is being waited for. */
  readonly stopAfterMs?: number;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** The caller removes `folder`. It holds model/, pairs.jsonl and unpaired.jsonl; paths of a config are relative to it. */
export function makeToy(): Toy {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-toy-'));
  writeTinyModel(
    join(folder, 'model'),
    toyPairs.flatMap((p) => [p.prompt, p.chosen, p.rejected]),
  );
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
    train(config, { out, resume = false, stopAfter, stopAfterMs, onEvent } = {}) {
      const controller = new AbortController();
      if (stopAfterMs !== undefined) setTimeout(() => controller.abort(), stopAfterMs);
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

export { curve as curveOf, weightsIn as weightsOf } from './tiny-model.ts';

export const configOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
