/** What a step spends its time on: parts within parts, what is outside of steps, and what runs of real methods report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../src/main/train/method.ts';
import { timed, timedNow, timeStep } from '../../src/main/train/step-times.ts';
import { type Bench, tinyBench } from './tiny-model.ts';

function busy(ms: number): number {
  const end = performance.now() + ms;
  let rounds = 0;
  while (performance.now() < end) rounds++;
  return rounds;
}

describe('timeStep', () => {
  it('counts a part within another once, and the rest as the update', async () => {
    const { result, times } = await timeStep(async () => {
      busy(20);
      await timed('sampling', async () => {
        await setTimeout(10);
        await timed('annotator', () => setTimeout(40));
        busy(10);
      });
      timedNow('optimiser', () => busy(5));
      return 'done';
    });
    expect(result).toBe('done');
    const { metrics, seconds } = times;
    expect(metrics['time/sampling']).toBeGreaterThan(0.018);
    expect(metrics['time/annotator']).toBeGreaterThan(0.038);
    // the annotator's 40 ms are not the sampling's
    expect(metrics['time/sampling'] + metrics['time/annotator'] + metrics['time/optimiser']).toBeLessThan(seconds);
    expect(metrics['time/step']).toBe(seconds);
    const parts = Object.entries(metrics).filter(([name]) => name !== 'time/step');
    expect(parts.reduce((sum, [, spent]) => sum + spent, 0)).toBeCloseTo(seconds, 9);
    expect(metrics['time/update']).toBeGreaterThan(0.018);
  });

  it('counts the time of work that throws, and nothing outside of a step', async () => {
    const { times } = await timeStep(async () => {
      await timed('reference', async () => {
        await setTimeout(10);
        throw new Error('broken');
      }).catch(() => undefined);
      busy(10);
    });
    expect(times.metrics['time/reference']).toBeGreaterThan(0.008);
    expect(times.metrics['time/update']).toBeGreaterThan(0.008);
    expect(await timed('reference', () => 7)).toBe(7);
    expect(timedNow('optimiser', () => 8)).toBe(8);
  });
});

describe('runs', () => {
  const words = ['red', 'green', 'blue', 'round', 'small', 'large'];
  let bench: Bench;
  beforeAll(() => {
    bench = tinyBench(words.map((word) => `name a ${word} thing : a warm old ball`));
    const rows = words.map((word) => ({ prompt: `name a ${word} thing :`, chosen: ' a ball', rejected: ' no' }));
    writeFileSync(join(bench.folder, 'pairs.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    writeFileSync(
      join(bench.folder, 'reward.mjs'),
      'export const reward = (answers) => answers.map(({ completion }) => completion.length);\n',
    );
  });
  afterAll(() => bench.remove());

  const SAMPLED = { reward_function: 'reward.mjs', response_length: 6, max_length: 48, temperature: 1 };
  const PARTS: Readonly<Record<string, readonly [Record<string, unknown>, readonly string[]]>> = {
    'offline DPO': [{ method: 'dpo' }, ['optimiser', 'reference', 'step', 'update']],
    KTO: [{ method: 'kto' }, ['optimiser', 'scoring', 'step', 'update']],
    'online DPO': [
      { method: 'online_dpo', annotator: 'reward_function', ...SAMPLED },
      ['annotator', 'optimiser', 'reference', 'sampling', 'step', 'update'],
    ],
    RLOO: [
      { method: 'rloo', num_generations: 2, ...SAMPLED },
      ['annotator', 'optimiser', 'reference', 'sampling', 'scoring', 'step', 'update'],
    ],
    PPO: [
      { method: 'ppo', ...SAMPLED },
      ['annotator', 'optimiser', 'reference', 'sampling', 'scoring', 'step', 'update'],
    ],
  };
  it.each(Object.entries(PARTS))(
    '%s tells its parts at every step, apart from its metrics',
    async (_, [config, parts]) => {
      const told: (TrainEvent & { type: 'metrics' })[] = [];
      const whole = { model: 'model', dataset: 'pairs.jsonl', max_steps: 2, per_device_train_batch_size: 4, ...config };
      const document = await bench.run(whole, {
        onEvent: (event: TrainEvent) => {
          if (event.type === 'metrics' && !event.evaluation) told.push(event);
        },
      });
      expect(told).toHaveLength(2);
      for (const { times = {}, metrics } of told) {
        expect(Object.keys(times).sort()).toEqual(parts.map((part) => `time/${part}`));
        const { 'time/step': seconds, ...rest } = times;
        expect(Object.values(rest).reduce((sum, spent) => sum + spent, 0)).toBeCloseTo(seconds, 9);
        for (const spent of Object.values(rest)) expect(spent).toBeGreaterThanOrEqual(0);
        expect(Object.keys(metrics).filter((name) => name.startsWith('time/'))).toEqual([]);
      }
      expect(document.steps.flatMap(({ metrics }) => Object.keys(metrics)).join(' ')).not.toContain('time/');
    },
  );
});
