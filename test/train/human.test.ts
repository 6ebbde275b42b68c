/** The human annotator: sides drawn by seed, what a verdict teaches, ties that no coin decides, a stop while it waits, and the record from which a run is replayed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ratingOfPair } from '../../src/main/train/annotators/human.ts';
import { StoppedWaiting } from '../../src/main/train/method.ts';
import type { RunDocument } from '../../src/main/train/run.ts';
import type { Rating, ShownPair } from '../../src/preload/contract/ratings.ts';
import { type Bench, curve, tinyBench, weightsOf } from './tiny-model.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small'];
let bench: Bench;
beforeAll(() => {
  bench = tinyBench(words.map((word) => `name a ${word} thing : a warm old ball`));
  const rows = words.map((word) => JSON.stringify({ prompt: `name a ${word} thing :` }));
  writeFileSync(join(bench.folder, 'prompts.jsonl'), rows.join('\n'));
});
afterAll(() => bench.remove());

const base = {
  method: 'online_dpo',
  model: 'model',
  dataset: 'prompts.jsonl',
  annotator: 'human',
  learning_rate: 1e-2,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 6,
  max_steps: 4,
  temperature: 1,
  response_length: 8,
  max_length: 48,
};

const says = (verdict: Rating['verdict']): Rating => ({
  verdict,
  qualityA: 5,
  qualityB: 1,
  comment: null,
  rater: 'ada',
});
/** A person who likes what comes first in the alphabet. */
const taste = async (_step: number, pairs: readonly ShownPair[]) => pairs.map(({ a, b }) => says(a < b ? 'a' : 'b'));
const pairsOf = ({ output_dir }: RunDocument) =>
  readFileSync(join(output_dir, 'pairs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('annotator human', () => {
  it('turns sides back into the pair’s own order', () => {
    const seen = (verdict: Rating['verdict'], swapped: boolean) => {
      const found = ratingOfPair(says(verdict), swapped);
      return [found.verdict, found.shownFirst, found.qualityFirst, found.qualitySecond];
    };
    expect(seen('a', false)).toEqual(['first', 'a', 5, 1]);
    expect(seen('a', true)).toEqual(['second', 'b', 1, 5]);
    expect(seen('b', false)).toEqual(['second', 'a', 5, 1]);
    expect(seen('b', true)).toEqual(['first', 'b', 1, 5]);
    expect(seen('both_bad', true)).toEqual(['both_bad', 'b', 1, 5]);
  });

  it('shows both sides by a draw of the seed alone, and learns what the person likes', async () => {
    const shown: ShownPair[][] = [];
    const rate = (step: number, pairs: readonly ShownPair[]) => {
      shown[step] = [...pairs];
      return taste(step, pairs);
    };
    const found = await bench.run(base, { rate });
    const pairs = pairsOf(found);
    expect(shown.flat()).toHaveLength(24);
    const sides = pairs.map(({ rating }) => rating.shown_first);
    expect(sides.filter((side) => side === 'a').length).toBeGreaterThan(5);
    expect(sides.filter((side) => side === 'b').length).toBeGreaterThan(5);
    for (const { label, rating, probability } of pairs) {
      expect(label).toBe(rating.verdict);
      expect(probability).toBe(label === 'first' ? 1 : 0);
      expect(rating.quality_first).toBe(rating.shown_first === 'a' ? 5 : 1);
    }
    expect(curve(await bench.run(base, { rate: taste }))).toEqual(curve(found));
  });

  it('never decides a tie by a coin, however labels are drawn', async () => {
    for (const [verdict, labelling] of [
      ['tie', 'bernoulli'],
      ['both_bad', 'bernoulli'],
      ['tie', 'soft'],
    ] as const) {
      const rate = async (_step: number, pairs: readonly ShownPair[]) => pairs.map(() => says(verdict));
      const found = await bench.run({ ...base, max_steps: 1, labelling }, { rate });
      expect(pairsOf(found).map(({ label }) => label)).toEqual(words.map(() => 'tie'));
      expect(pairsOf(found).every(({ rating }) => rating.verdict === verdict)).toBe(true);
      expect(found.steps[0].metrics['pairs/ties']).toBe(6);
    }
  });

  it('stops while it waits, with a checkpoint from which the same pairs are shown', async () => {
    const out = join(bench.folder, 'stopped');
    let waiting: readonly ShownPair[] = [];
    const stopping = async (step: number, pairs: readonly ShownPair[]) => {
      if (step < 2) return taste(step, pairs);
      waiting = pairs;
      throw new StoppedWaiting();
    };
    expect(await bench.run(base, { out, rate: stopping })).toMatchObject({ status: 'stopped' });
    const again: (readonly ShownPair[])[] = [];
    const rate = (step: number, pairs: readonly ShownPair[]) => {
      again.push(pairs);
      return taste(step, pairs);
    };
    const resumed = await bench.run(base, { out, rate, resume: true });
    expect(again[0]).toEqual(waiting);
    const whole = await bench.run(base, { rate: taste });
    expect(weightsOf(resumed)).toEqual(weightsOf(whole));
    expect(pairsOf(resumed)).toEqual(pairsOf(whole));
  });

  it('is replayed from its record without asking anybody', async () => {
    const found = await bench.run(base, { rate: taste });
    const replayed = await bench.run({
      ...base,
      rollouts: `${found.output_dir}/pairs.jsonl`.slice(bench.folder.length),
    });
    expect(weightsOf(replayed)).toEqual(weightsOf(found));
  });

  it('says that it needs somebody to ask', async () => {
    await expect(bench.run(base)).rejects.toThrow(/annotator human needs a workspace/);
  });
});
