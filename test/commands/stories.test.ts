/** A real pretrained model and real preferences through the built program: llama2.c's stories260K said word for word, then aligned on rasbt's pairs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { document, shared } from './plumb.ts';

const model = join(shared, 'data/models/stories260K.bin');
const tokenizer = join(shared, 'data/models/tok512.bin');
const pairs = join(shared, 'data/preference/rasbt_instruction-data-with-preference.json');
const helpfulBase = join(shared, 'data/preference/hh-rlhf_helpful-base_test_2352.jsonl');

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-stories-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T>(...words: string[]) => document<T>(...words, '--home', home);

describe.skipIf(!existsSync(model))('stories260K', () => {
  it('says what run.c says, greedily, for 200 tokens', async () => {
    const peer = JSON.parse(readFileSync(join(shared, 'data/peers/stories260K_greedy200.json'), 'utf8')) as {
      text: string;
      steps: number;
    };
    const words = ['--model', model, '--tokenizer', tokenizer, '--prompt', '', '--greedy', '--max-new-tokens', '200'];
    const { results } = await call<{ results: { text: string; ids: number[] }[] }>('generate', ...words);
    expect(results[0].text.trimStart().startsWith(peer.text.trimStart())).toBe(true);
  });

  it('learns rasbt’s preferences in 50 steps of DPO on the imported dataset', async () => {
    const imported = await call<{ format: string; pairs: number; refused_total: number }>(
      'import',
      pairs,
      '--name',
      'rasbt',
    );
    expect(imported).toMatchObject({ rows_read: 1100, rows_accepted: 1094, pairs: 1094, refused_total: 6 });
    const config = join(folder, 'dpo.json');
    const options = { learning_rate: 1e-3, max_steps: 50, per_device_train_batch_size: 2, max_length: 160 };
    writeFileSync(config, JSON.stringify({ method: 'dpo', model, tokenizer, dataset: 'rasbt@1', ...options }));
    const trained = await call<{ steps: { metrics: Record<string, number> }[]; output_dir: string }>('train', config);
    expect(trained.steps).toHaveLength(50);
    const mean = (name: string, from: number, to: number) =>
      trained.steps.slice(from, to).reduce((total, { metrics }) => total + metrics[name], 0) / (to - from);
    expect(trained.steps[0].metrics.loss).toBeCloseTo(Math.LN2, 5);
    expect(mean('loss', 40, 50)).toBeLessThan(0.65);
    expect(mean('rewards/accuracies', 40, 50)).toBeGreaterThan(0.6);
    const aligned = ['--model', trained.output_dir, '--prompt', 'Once upon a time', '--max-new-tokens', '8'];
    const { results } = await call<{ results: { ids: number[] }[] }>('generate', ...aligned, '--greedy');
    expect(results[0].ids.length).toBeGreaterThan(0);
  }, 180_000);

  it('reads hh-rlhf with its prompts inside both texts', async () => {
    const report = await call<Record<string, number | string>>('import', helpfulBase, '--name', 'hh');
    expect(report).toMatchObject({ format: 'hh', rows_read: 2352 });
    expect(Number(report.rows_accepted) + Number(report.refused_total)).toBe(2352);
  });
});
