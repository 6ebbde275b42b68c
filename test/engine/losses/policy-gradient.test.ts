/** PPO's clipped losses and their gradients against TRL's, over real tokens only. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import type { Value } from '../../../src/main/engine/graph/value.ts';
import { clippedPolicyLoss, clippedValueLoss, klPenalty } from '../../../src/main/engine/losses/policy-gradient.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { tokenShares } from '../../../src/main/train/rollouts/token-shares.ts';

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly piece: string;
  readonly name: string;
  readonly params: Record<string, number>;
  readonly inputs: Record<string, Tensor> & { lengths: number[] };
  // biome-ignore lint/suspicious/noExplicitAny: the fields differ by piece
  readonly expected: any;
}

const { cases } = JSON.parse(readFileSync(new URL('../../golden/numerics/ppo.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};
const piece = (name: string) => cases.filter((c) => c.piece === name).map((c) => [c.name, c] as const);

const real = ({ shape, data }: Tensor, lengths: readonly number[]): number[] =>
  lengths.flatMap((length, row) => data.slice(row * shape[1], row * shape[1] + length));

/** Feeds [M] vectors, returns the outputs and the gradient of `loss` by `by`. */
async function run(
  feeds: Record<string, readonly number[]>,
  by: string,
  build: (g: GraphBuilder, inputs: Record<string, Value>) => { loss: Value; ratio?: Value },
) {
  const g = new GraphBuilder('loss');
  const inputs = Object.fromEntries(Object.keys(feeds).map((name) => [name, g.input(name, 'float32', ['M'])]));
  const { loss, ratio } = build(g, inputs);
  g.output('loss', loss);
  if (ratio) g.output('ratio', ratio);
  g.output('gradient', gradients(g, loss, [inputs[by]])[0]);
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    return await session.run(
      Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, float32([v.length], Float32Array.from(v))])),
    );
  } finally {
    await session.close();
  }
}

const close = (found: ArrayLike<number | bigint>, expected: readonly number[], what: string) => {
  expect(found.length, what).toBe(expected.length);
  expected.forEach((x, i) => {
    expect(Number(found[i]), `${what}[${i}]`).toBeCloseTo(x, 5);
  });
};

describe('policy loss', () => {
  it.each(piece('policy_loss'))('%s', async (_, { params, inputs, expected }) => {
    const { lengths } = inputs;
    const logprobs = real(inputs.logprobs, lengths);
    const feeds = {
      logprobs,
      oldLogprobs: real(inputs.old_logprobs, lengths),
      advantages: real(inputs.advantages, lengths),
      weights: logprobs.map(() => 1 / logprobs.length),
    };
    const clip = { low: params.cliprange, high: params.cliprange };
    const found = await run(feeds, 'logprobs', (g, t) => clippedPolicyLoss(g, t as never, clip));
    close(found.loss.data, [expected.loss], 'loss');
    close(found.gradient.data, real(expected.grad_logprobs, lengths), 'gradient');
    close(
      found.ratio.data,
      expected.ratio.flatMap((row: number[], i: number) => row.slice(0, lengths[i])),
      'ratio',
    );
  });

  it('starts at ratio 1 with the gradient of REINFORCE', async () => {
    const logprobs = [-1, -2, -0.5];
    const advantages = [2, -1, 0.25];
    const feeds = { logprobs, oldLogprobs: logprobs, advantages, weights: [0.5, 0.25, 0.25] };
    const found = await run(feeds, 'logprobs', (g, t) => clippedPolicyLoss(g, t as never, { low: 0.2, high: 0.2 }));
    close(found.ratio.data, [1, 1, 1], 'ratio');
    close(found.gradient.data, [-1, 0.25, -0.0625], 'gradient');
  });

  it('stays finite when the policies have parted', async () => {
    const feeds = { logprobs: [0, -900], oldLogprobs: [-900, 0], advantages: [1, 1], weights: [0.5, 0.5] };
    const found = await run(feeds, 'logprobs', (g, t) => clippedPolicyLoss(g, t as never, { low: 0.2, high: 0.2 }));
    for (const { data } of Object.values(found)) for (const x of data) expect(Number.isFinite(Number(x))).toBe(true);
  });
});

describe('value loss', () => {
  it.each(piece('value_loss'))('%s', async (_, { params, inputs, expected }) => {
    const { lengths } = inputs;
    const values = real(inputs.vpred, lengths);
    const feeds = {
      values,
      oldValues: real(inputs.old_values, lengths),
      returns: real(inputs.returns, lengths),
      weights: values.map(() => 1 / values.length),
    };
    const found = await run(feeds, 'values', (g, t) => ({
      loss: clippedValueLoss(g, t as never, params.cliprange_value),
    }));
    // the file's loss is 0.5 · mean, as here
    close(found.loss.data, [expected.masked.loss], 'loss');
    close(found.gradient.data, real(expected.masked.grad_vpred, lengths), 'gradient');
  });
});

interface GroupCase {
  readonly name: string;
  readonly params: Record<string, number>;
  readonly inputs: Record<string, number[][]> & { lengths: number[]; advantages: number[] };
  readonly expected: Record<string, { loss: number; grad_logprobs: number[][] }>;
}

describe('group losses', () => {
  const file = JSON.parse(readFileSync(new URL('../../golden/numerics/critic_free.json', import.meta.url), 'utf8'));
  const losses = (file.cases as GroupCase[]).filter((c) => c.name.startsWith('loss_')).map((c) => [c.name, c] as const);
  const ways = { grpo: 'sequence', bnpo: 'token', dapo: 'token', dr_grpo: 'constant' };

  it.each(losses)('%s: aggregated by answer, by token and by the limit', async (_, { params, inputs, expected }) => {
    const { lengths } = inputs;
    const flat = (tensor: number[][]) => lengths.flatMap((length, row) => tensor[row].slice(0, length));
    for (const [name, aggregation] of Object.entries(ways)) {
      const feeds = {
        logprobs: flat(inputs.logprobs),
        oldLogprobs: flat(inputs.old_logprobs),
        refLogprobs: flat(inputs.ref_logprobs),
        advantages: lengths.flatMap((length, row) => new Array<number>(length).fill(inputs.advantages[row])),
        weights: Array.from(tokenShares(aggregation, lengths, params.max_completion_length)),
      };
      const clip = { low: params.epsilon_low, high: params.epsilon_high };
      const found = await run(feeds, 'logprobs', (g, t) => {
        const { loss } = clippedPolicyLoss(g, t as never, clip);
        return { loss: g.add(loss, g.mul(params.beta, klPenalty(g, t.logprobs, t.refLogprobs, t.weights))) };
      });
      close(found.loss.data, [expected[name].loss], name);
      close(found.gradient.data, flat(expected[name].grad_logprobs), `${name} gradient`);
    }
  });
});
