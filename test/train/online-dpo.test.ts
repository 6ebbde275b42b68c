/** Online DPO: analytic start, learning, the slide from online to offline, ties and noise, resume within an interval, replay, provenance. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { directionsOf, labelOf } from '../../src/main/train/annotators/label.ts';
import { samplingInterval } from '../../src/main/train/annotators/online-pairs.ts';
import type { RunDocument } from '../../src/main/train/run.ts';
import { type Bench, curve, tinyBench, weightsOf } from './tiny-model.ts';

const words = ['red', 'green', 'blue', 'round', 'square', 'small', 'large', 'old', 'new', 'warm'];
let bench: Bench;

beforeAll(() => {
  bench = tinyBench(words.map((word) => `name a ${word} thing : a warm old ball`));
  const write = (name: string, rows: readonly unknown[]) =>
    writeFileSync(join(bench.folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));
  write(
    'prompts.jsonl',
    words.map((word) => ({ prompt: `name a ${word} thing :` })),
  );
  write(
    'pairs.jsonl',
    words.map((word) => ({ prompt: `name a ${word} thing :`, chosen: ' a ball', rejected: ' no' })),
  );
  writeFileSync(
    join(bench.folder, 'reward.mjs'),
    'export const reward = (answers) => answers.map(({ completion }) => completion.split("o").length - 1);\n',
  );
  writeFileSync(join(bench.folder, 'same.mjs'), 'export const reward = (answers) => answers.map(() => 1);\n');
});
afterAll(() => bench.remove());

const base = {
  method: 'online_dpo',
  model: 'model',
  dataset: 'prompts.jsonl',
  annotator: 'reward_function',
  reward_function: 'reward.mjs',
  learning_rate: 3e-3,
  lr_scheduler_type: 'constant',
  per_device_train_batch_size: 10,
  temperature: 1,
  response_length: 8,
  max_length: 48,
};
const run = (more: Record<string, unknown> = {}, extras = {}) => bench.run({ ...base, ...more }, extras);
const mean = (document: RunDocument, name: string, from: number, to: number): number => {
  const values = document.steps.slice(from, to).map(({ metrics }) => Number(metrics[name]));
  return values.reduce((a, b) => a + b, 0) / values.length;
};
const pairsIn = ({ output_dir }: RunDocument) =>
  readFileSync(join(output_dir, 'pairs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('online DPO', () => {
  it('starts at ln 2 for every pair that is learnt, with KL 0', async () => {
    const { steps } = await run({ max_steps: 1, labelling: 'soft', tie_policy: 'skip' });
    const { metrics } = steps[0];
    const learnt = 1 - Number(metrics['pairs/identical']) / 10 - Number(metrics['pairs/ties']) / 10;
    expect(Number(metrics.loss) / learnt).toBeCloseTo(Math.LN2, 4);
    expect(metrics['objective/kl']).toBeCloseTo(0, 4);
  });

  it('learns what its annotator likes, at every distance between online and offline', async () => {
    for (const resample_every of [1, 5, 0]) {
      const found = await run({ max_steps: 25, resample_every, labelling: 'threshold', learning_rate: 1e-2 });
      expect(mean(found, 'rewards/margins', 15, 25), `every ${resample_every}`).toBeGreaterThan(0.02);
    }
    const online = await run({ max_steps: 40, labelling: 'threshold', learning_rate: 1e-2 });
    expect(mean(online, 'objective/scores', 36, 40)).toBeGreaterThan(mean(online, 'objective/scores', 0, 4) + 0.5);
  });

  it('keeps where every pair came from', async () => {
    const found = await run({ max_steps: 4, resample_every: 2 });
    const pairs = pairsIn(found);
    expect(pairs).toHaveLength(40);
    expect(pairs.map((p) => [p.step, p.policy_step])).toEqual(
      expect.arrayContaining([
        [0, 0],
        [1, 0],
        [2, 2],
        [3, 2],
      ]),
    );
    expect(new Set(pairs.map((p) => p.policy_hash)).size).toBe(2);
    for (const { first, second } of pairs)
      for (const side of [first, second]) expect(side.sampled_logprobs).toHaveLength(side.response_ids.length);
    expect(found.steps.map(({ metrics }) => metrics['pairs/policy_age'])).toEqual([0, 1, 0, 1]);
  });

  it('everything sampled at the start is offline DPO: later pairs are the first policy’s', async () => {
    const found = await run({ max_steps: 3, resample_every: 0 });
    expect(new Set(pairsIn(found).map((p) => p.policy_hash)).size).toBe(1);
  });

  it('the same seed twice is the same bits', async () => {
    const [one, two] = [await run({ max_steps: 3 }), await run({ max_steps: 3 })];
    expect(curve(two)).toEqual(curve(one));
    expect(weightsOf(two)).toEqual(weightsOf(one));
  });

  it.each([1, 4, 0])('resumes in the middle to the same bits (resample_every %i)', async (resample_every) => {
    const more = { max_steps: 6, resample_every };
    const whole = await run(more);
    const out = join(bench.folder, `resumed-${resample_every}`);
    expect((await run(more, { out, stopAfter: 3 })).status).toBe('stopped');
    const rest = await run(more, { out, resume: true });
    expect(weightsOf(rest)).toEqual(weightsOf(whole));
    expect(pairsIn(rest)).toEqual(pairsIn(whole));
  });

  it('replays its own pairs to the same weights, without an annotator', async () => {
    const live = await run({ max_steps: 3 });
    writeFileSync(join(bench.folder, 'recorded.jsonl'), readFileSync(join(live.output_dir, 'pairs.jsonl')));
    const replay = await run({
      max_steps: 3,
      rollouts: 'recorded.jsonl',
      dataset: undefined,
      reward_function: undefined,
    });
    expect(weightsOf(replay)).toEqual(weightsOf(live));
  });

  it('an annotator that likes everything alike teaches nothing, and says so', async () => {
    const found = await run({ max_steps: 2, reward_function: 'same.mjs', labelling: 'threshold' });
    const { metrics } = found.steps[0];
    expect(Number(metrics['pairs/ties']) + Number(metrics['pairs/identical'])).toBe(10);
    expect(metrics.loss).toBe(0);
    expect(weightsOf(found)).toEqual(weightsOf({ ...found, output_dir: join(bench.folder, 'model') }));
  });

  it('mixes in fixed pairs by share', async () => {
    const found = await run({ max_steps: 2, offline_dataset: 'pairs.jsonl', offline_share: 0.3 });
    expect(found.steps[0].metrics['pairs/labels_bought']).toBe(7);
  });

  it('with fixed pairs alone is offline DPO on them, bit for bit', async () => {
    const alone = { max_steps: 3, offline_dataset: 'pairs.jsonl', offline_share: 1, per_device_train_batch_size: 4 };
    const online = await run({ ...alone, beta: 0.1 });
    const { model, learning_rate, lr_scheduler_type, max_length } = base;
    const common = { model, learning_rate, lr_scheduler_type, max_length, max_steps: 3 };
    const offline = await bench.run({
      ...common,
      method: 'dpo',
      dataset: 'pairs.jsonl',
      per_device_train_batch_size: 4,
    });
    expect(weightsOf(online)).toEqual(weightsOf(offline));
    expect(online.steps.map(({ metrics }) => metrics.loss)).toEqual(offline.steps.map(({ metrics }) => metrics.loss));
  });

  it('refuses fixed pairs that no step would take, and a share of none', async () => {
    await expect(run({ offline_dataset: 'pairs.jsonl' })).rejects.toThrow('offline_dataset is not used');
    await expect(run({ offline_share: 0.5 })).rejects.toThrow('name them with "offline_dataset"');
  });

  it('takes best and worst of more than two', async () => {
    const found = await run({ max_steps: 2, num_generations: 4 });
    for (const { first, second } of pairsIn(found)) expect(first.score).toBeGreaterThanOrEqual(second.score);
  });

  it('asks a language model in both orders, and reports how it behaved', async () => {
    const letters = (text: string) => text.split('o').length;
    const part = (content: string, n: number) => content.split(`<answer-${n}>`)[1].split(`</answer-${n}>`)[0];
    const { url, close, asked } = await chatServer((content) =>
      letters(part(content, 1)) > letters(part(content, 2)) ? '1' : '2',
    );
    try {
      const judge = { annotator: 'llm_judge', reward_function: undefined, judge_url: url, judge_model: 'letters' };
      const found = await run({ max_steps: 2, labelling: 'threshold', ...judge });
      expect(asked()).toBe(2 * 2 * 10);
      // equal counts always get "2": the order decides, which averaging makes a tie
      expect(found.steps[1].metrics['judge/flip_rate']).toBeGreaterThan(0);
      const text = (pair: { label: string }) => pair.label;
      expect(new Set(pairsIn(found).map(text))).toContain('first');
    } finally {
      await close();
    }
  });

  it.each([
    ['a judge without an address', { annotator: 'llm_judge' }, 'needs "judge_url" and "judge_model"'],
    [
      'more than two answers for one who compares',
      { annotator: 'llm_judge', judge_url: 'http://127.0.0.1:9/v1', judge_model: 'x', num_generations: 3 },
      'needs an annotator that scores',
    ],
    ['an annotator that is not there', { annotator: 'golden' }, 'did you mean "gold"'],
    ['gold without a task', { annotator: 'gold' }, 'annotator gold needs "task"'],
    ['a share of nothing', { offline_share: 0.5 }, 'offline_dataset'],
  ])('refuses %s', async (_, more, message) => {
    await expect(run({ max_steps: 1, ...more })).rejects.toThrow(message);
  });
});

/** A chat endpoint on loopback that answers by `reply`. */
async function chatServer(reply: (content: string) => string) {
  let count = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    count++;
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { content: reply(messages[1].content) } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}/v1`, close, asked: () => count };
}

describe('labels', () => {
  const options = { labelling: 'threshold', tieBand: 0.05, flip: 0 } as const;

  it('threshold takes the likelier side, the band around one half is a tie', () => {
    const of = (p: number) => labelOf(p, options, createRandom(1));
    expect([0.9, 0.1, 0.52, 0.5].map(of)).toEqual(['first', 'second', 'tie', 'tie']);
  });

  it('a Bernoulli draw has the probability asked for, noise turns it round', () => {
    const share = (flip: number) => {
      const random = createRandom(3);
      const labels = Array.from({ length: 20_000 }, () =>
        labelOf(0.8, { labelling: 'bernoulli', tieBand: 0, flip }, random),
      );
      return labels.filter((label) => label === 'first').length / labels.length;
    };
    expect(share(0)).toBeCloseTo(0.8, 1);
    expect(share(0.25)).toBeCloseTo(0.8 * 0.75 + 0.2 * 0.25, 1);
  });

  it('ties are learnt in both directions, or not', () => {
    expect(directionsOf('tie', 0.5, options, 'half').map(({ weight }) => weight)).toEqual([0.5, 0.5]);
    expect(directionsOf('tie', 0.5, options, 'drop')).toEqual([]);
    expect(directionsOf('identical', 0.9, options, 'half')).toEqual([]);
    const soft = directionsOf('first', 0.7, { ...options, labelling: 'soft', flip: 0.1 }, 'drop');
    expect(soft.map(({ weight }) => weight)).toEqual([expect.closeTo(0.66, 9), expect.closeTo(0.34, 9)]);
  });
});

it('one knob leads from online to offline', () => {
  expect(samplingInterval(5, 1, 10)).toEqual({ from: 5, to: 6 });
  expect(samplingInterval(5, 4, 10)).toEqual({ from: 4, to: 8 });
  expect(samplingInterval(9, 4, 10)).toEqual({ from: 8, to: 10 });
  expect(samplingInterval(5, 0, 10)).toEqual({ from: 0, to: 10 });
});
