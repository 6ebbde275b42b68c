/** Losses of reward models: values, gradients, and that their probabilities are probabilities. */
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { rewardLosses } from '../../../src/main/engine/losses/index.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

async function lossOf(id: string, differences: readonly number[], tie: number, tieRate: number) {
  const g = new GraphBuilder(id);
  const [difference, ties] = [g.input('difference', 'float32', ['P']), g.input('tie', 'float32', ['P'])];
  const loss = rewardLosses.get(id).build(g, { difference, tie: ties }, tieRate);
  g.output('loss', loss);
  g.output('d', gradients(g, g.reduceSum(loss), [difference])[0]);
  const graph = g.build();
  const session = await Session.create(graph, { threads: 1 });
  try {
    const feeds: Record<string, ReturnType<typeof float32>> = {
      difference: float32([differences.length], Float32Array.from(differences)),
      tie: float32([differences.length], new Float32Array(differences.length).fill(tie)),
    };
    const found = await session.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]])));
    return { loss: [...found.loss.data].map(Number), gradient: [...found.d.data].map(Number) };
  } finally {
    await session.close();
  }
}

const differences = [-3.2, -0.7, 0, 0.4, 2.5];
const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/** P(the first wins), P(tie) at a difference of scores, from the papers. */
const PROBABILITIES: Record<string, (d: number, p: number) => { win: number; tie: number }> = {
  bradley_terry: (d) => ({ win: sigma(d), tie: 0 }),
  rao_kupper(d, p) {
    const theta = (1 + p) / (1 - p);
    const [a, b] = [Math.exp(d), 1];
    return { win: a / (a + theta * b), tie: ((theta ** 2 - 1) * a * b) / ((a + theta * b) * (theta * a + b)) };
  },
  davidson(d, p) {
    const nu = (2 * p) / (1 - p);
    const [a, b] = [Math.exp(d), 1];
    const z = a + b + nu * Math.sqrt(a * b);
    return { win: a / z, tie: (nu * Math.sqrt(a * b)) / z };
  },
};

describe.each(rewardLosses.all.map(({ id, usesTies }) => [id, usesTies] as const))('%s', (id, usesTies) => {
  const probability = (d: number) => PROBABILITIES[id](d, 0.3);

  it.each(usesTies ? [0, 1] : [0])('is −ln P, with its gradient, for tie = %i', async (tie) => {
    const minusLog = (d: number) => -Math.log(tie ? probability(d).tie : probability(d).win);
    const { loss, gradient } = await lossOf(id, differences, tie, 0.3);
    differences.forEach((d, i) => {
      expect(loss[i], `loss at ${d}`).toBeCloseTo(minusLog(d), 5);
      expect(gradient[i], `gradient at ${d}`).toBeCloseTo((minusLog(d + 1e-5) - minusLog(d - 1e-5)) / 2e-5, 4);
    });
  });

  it('gives win, loss and tie probabilities that add up to 1, and equal answers tie at the rate asked for', async () => {
    for (const d of [0, 1.7]) {
      const win = Math.exp(-(await lossOf(id, [d], 0, 0.3)).loss[0]);
      const lose = Math.exp(-(await lossOf(id, [-d], 0, 0.3)).loss[0]);
      const tie = usesTies ? Math.exp(-(await lossOf(id, [d], 1, 0.3)).loss[0]) : 0;
      expect(win + lose + tie).toBeCloseTo(1, 5);
      if (d === 0 && usesTies) expect(tie).toBeCloseTo(0.3, 5);
      if (d === 0 && !usesTies) expect(-Math.log(win)).toBeCloseTo(Math.LN2, 6);
    }
  });

  it('stays finite for scores far apart', async () => {
    for (const tie of usesTies ? [0, 1] : [0]) {
      const { loss, gradient } = await lossOf(id, [-300, 300], tie, 0.3);
      for (const value of [...loss, ...gradient]) expect(Number.isFinite(value)).toBe(true);
    }
  });
});
