/** Every recorded run of TRL, followed step by step: losses, log-probabilities, rewards, gradient norms, and the weights at the end. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { methods } from '../../src/main/train/methods/index.ts';
import { type RunDocument, runTraining } from '../../src/main/train/run.ts';

interface GoldenRun {
  config: Record<string, unknown> & { method: string };
  /** Instead of the model's own. */
  chat_template?: string;
  steps: Record<string, number>[];
  rounding: Record<string, number>;
  final: Record<string, { first: number[]; abs_sum: number; rounding: number }>;
}

const golden = fileURLToPath(new URL('../golden/train/', import.meta.url));
const names = readdirSync(join(golden, 'cases')).map((file) => file.replace(/\.json$/, ''));
const scratch = mkdtempSync(join(tmpdir(), 'plumb-trl-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const near = (found: unknown, expected: number, allowed: number, what: string) => {
  expect(found, what).toBeTypeOf('number');
  const text = `${what}: expected ${expected}, found ${found}, allowed ±${allowed}`;
  expect(Math.abs(Number(found) - expected), text).toBeLessThanOrEqual(allowed);
};

/** What two honest float32 runs may differ by, eight times over, and a little more. */
const allowed = (expected: number, rounding: number) => 2e-5 + 8 * rounding + 1e-4 * Math.abs(expected);

describe.each(names)('%s', (name) => {
  const run = JSON.parse(readFileSync(join(golden, 'cases', `${name}.json`), 'utf8')) as GoldenRun;
  let document: RunDocument;
  const { model } = run.config;
  const models = new Map([[model, join(golden, String(model))]]);
  beforeAll(async () => {
    if (run.chat_template !== undefined) {
      models.set(model, join(scratch, `${name}-model`));
      cpSync(join(golden, String(model)), join(scratch, `${name}-model`), { recursive: true });
      writeFileSync(join(scratch, `${name}-model`, 'chat_template.jinja'), run.chat_template);
    }
    document = await runTraining(methods.get(run.config.method), run.config, {
      run: name,
      outputDir: join(scratch, name),
      resolvePath: (path) => models.get(path) ?? join(golden, path),
      resume: false,
      threads: 1,
      signal: new AbortController().signal,
    });
  });

  it('logs what TRL logs at every step', () => {
    expect(document.steps.length).toBe(run.steps.length);
    run.steps.forEach((metrics, i) => {
      const found = document.steps[i].metrics;
      for (const [key, value] of Object.entries(metrics)) {
        // where both answers are equally likely rounding decides who wins
        const tie = key === 'rewards/accuracies' && Math.abs(metrics['rewards/margins']) < 1e-4;
        if (!tie) near(found[key], value, allowed(value, run.rounding[key] ?? 0), `step ${i + 1} ${key}`);
      }
    });
  });

  it('ends at the same weights', () => {
    const trained = run.config.use_peft ? 'adapter_model.safetensors' : 'model.safetensors';
    const file = openSafetensors(join(document.output_dir, trained));
    for (const [tensor, expected] of Object.entries(run.final)) {
      const values = file.float32(tensor);
      const { first, abs_sum, rounding } = expected;
      first.forEach((value, i) => {
        near(values[i], value, 2e-6 + 8 * rounding + 1e-4 * Math.abs(value), `${tensor}[${i}]`);
      });
      const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
      near(total, abs_sum, values.length * (1e-7 + rounding) + 1e-5 * abs_sum, `${tensor} sum of absolute values`);
    }
  });
});
