/** Option gradient_checkpointing: each method learns the same bits with it and without. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, curve, tinyBench, weightsOf } from './tiny-model.ts';

const ROWS = Array.from({ length: 6 }, (_, i) => ({
  prompt: `say ${i}`,
  chosen: ` yes ${i} yes`,
  rejected: i % 2 === 0 ? ' no' : ` no ${i}`,
}));

let bench: Bench;
beforeAll(() => {
  bench = tinyBench(ROWS.flatMap(({ prompt, chosen, rejected }) => [prompt + chosen, prompt + rejected]));
  writeFileSync(join(bench.folder, 'pairs.jsonl'), ROWS.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(
    join(bench.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.length);',
  );
});
afterAll(() => bench.remove());

const sampling = { dataset: 'pairs.jsonl', reward_function: 'reward.mjs', response_length: 4, sample_prompts: 0 };
const CASES: readonly (readonly [string, Record<string, unknown>])[] = [
  ['sft', { dataset: 'pairs.jsonl' }],
  ['sft', { dataset: 'pairs.jsonl', use_peft: true, lora_r: 2, lora_dropout: 0.3 }],
  ['dpo', { dataset: 'pairs.jsonl' }],
  ['dpo', { dataset: 'pairs.jsonl', use_peft: true, lora_r: 2 }],
  ['kto', { dataset: 'pairs.jsonl' }],
  ['reward', { dataset: 'pairs.jsonl' }],
  ['online_dpo', { ...sampling, annotator: 'reward_function' }],
  ['ppo', sampling],
  ['rloo', { ...sampling, per_device_train_batch_size: 4 }],
];

for (const [method, more] of CASES)
  it(`${method}${more.use_peft ? ' with LoRA' : ''}${more.lora_dropout ? ' and dropout' : ''}: the same metrics and weights`, async () => {
    const config = {
      method,
      model: 'model',
      max_steps: 2,
      per_device_train_batch_size: 2,
      learning_rate: 1e-3,
      ...more,
    };
    const kept = await bench.run(config);
    const again = await bench.run({ ...config, gradient_checkpointing: true });
    expect(kept.steps).toHaveLength(2);
    expect(curve(again)).toEqual(curve(kept));
    if (!more.use_peft) expect(weightsOf(again)).toEqual(weightsOf(kept));
  });

it('may be switched between a stop and its resume', async () => {
  const config = { method: 'sft', model: 'model', dataset: 'pairs.jsonl', max_steps: 4, learning_rate: 1e-3 };
  const whole = await bench.run(config);
  const out = join(bench.folder, 'stopped');
  await bench.run(config, { out, stopAfter: 2 });
  const rest = await bench.run({ ...config, gradient_checkpointing: true }, { out, resume: true });
  expect(weightsOf(rest)).toEqual(weightsOf(whole));
});
