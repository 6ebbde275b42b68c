/** What a run will need, before it starts: each kind of pass, and what makes it larger. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { methods } from '../../src/main/train/methods/index.ts';
import { planTraining } from '../../src/main/train/plan.ts';

const golden = fileURLToPath(new URL('../golden/models/', import.meta.url));
const plan = ({ method = 'dpo', ...changes }: Record<string, unknown> & { method?: string } = {}) =>
  planTraining(
    methods.get(method),
    { method, model: 'llama', dataset: 'nowhere.jsonl', max_length: 64, ...changes },
    {
      resolvePath: (name) => join(golden, name),
      emit: () => undefined,
      breathe: async () => undefined,
      stopRequested: () => false,
      resume: false,
    },
  );

it('has more of it for longer sequences, larger batches and all weights', () => {
  const [short, long, wide] = [plan(), plan({ max_length: 128 }), plan({ per_device_train_batch_size: 16 })];
  expect(short).toMatchObject({ sequences: 16, length: 64, parameters: 46_240, trained: 46_240 });
  // attention grows with the square of the length
  expect(long.memory.activations).toBeGreaterThan(2.1 * short.memory.activations);
  expect(wide.memory.activations).toBeGreaterThan(1.95 * short.memory.activations);
  expect(wide.memory.activations).toBeLessThan(2.05 * short.memory.activations);
  const lora = plan({ use_peft: true, lora_r: 2 });
  expect(lora.trained).toBe(2 * 2 * (32 + 32 + 32 + 16));
  expect(lora.memory.optimiser).toBeLessThan(short.memory.optimiser / 10);
  expect(lora.memory.packed).toBe(2 * lora.memory.weights);
  expect(lora.memory.activations).toBeLessThan(1.1 * short.memory.activations);
});

it('knows what each method computes and holds: pairs, passes of a step, a reference, a critic', () => {
  const sft = plan({ method: 'sft' });
  expect(sft).toMatchObject({ sequences: 8, work: { step: { passes: 1 } }, memory: { beside: 0 } });
  expect(plan({ method: 'sft', gradient_accumulation_steps: 4 }).work.step.passes).toBe(4);
  expect(plan({ ref_model: 'llama-ref' }).memory.beside).toBe(sft.memory.weights);
  const ppo = { method: 'ppo', task: 'helpful', dataset: undefined };
  expect(plan(ppo).memory.beside).toBe(2 * sft.memory.weights);
  expect(plan({ ...ppo, use_peft: true }).memory.beside).toBe(0);
  const reward = plan({ method: 'reward' });
  expect(reward.sequences).toBe(16);
  // no logits over the vocabulary
  expect(reward.memory.activations).toBeLessThan(plan().memory.activations);
});

it('refuses what the run would refuse', () => {
  expect(() => plan({ use_peft: false, adapter: 'llama-lora' })).toThrow('but use_peft is false');
  expect(() => plan({ max_lenght: 3 })).toThrow('did you mean "max_length"');
});
