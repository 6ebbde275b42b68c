/** Every preference loss against its formula written out in float64, its gradient against central differences of that formula, and its analytic start. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { divergences } from '../../../src/main/engine/losses/f-divergence.ts';
import { preferenceLosses } from '../../../src/main/engine/losses/index.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

/** A batch of pairs in float64; w = chosen, l = rejected. */
interface Batch {
  w: number[];
  l: number[];
  rw: number[];
  rl: number[];
  nw: number[];
  nl: number[];
}

const batch: Batch = {
  w: [-12.3, -40.1, -7.7, -25],
  l: [-15.2, -33.4, -9.9, -21.5],
  rw: [-13.1, -38.8, -8.2, -27.4],
  rl: [-14.6, -35, -8.1, -22],
  nw: [5, 14, 3, 9],
  nl: [7, 11, 4, 9],
};
/** Policy and reference agree: where training starts. */
const start: Batch = { ...batch, w: batch.rw, l: batch.rl };

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const ls = (x: number) => -Math.log1p(Math.exp(-x));
const meanOf = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const sorted = (xs: readonly number[]) => [...xs].sort((a, b) => a - b);

interface Options {
  beta: number;
  label_smoothing: number;
  [own: string]: unknown;
}

const each = (b: Batch, f: (cw: number, cl: number, i: number) => number): number[] =>
  b.w.map((_, i) => f(b.w[i] - b.rw[i], b.l[i] - b.rl[i], i));
const smooth = (h: number, e: number) => -(1 - e) * ls(h) - e * ls(-h);

/** Per pair, from the papers: cw, cl are log-ratios. */
const FORMULAS: Record<string, (b: Batch, o: Options) => number[]> = {
  sigmoid: (b, o) => each(b, (cw, cl) => -ls(o.beta * (cw - cl))),
  cdpo: (b, o) => each(b, (cw, cl) => smooth(o.beta * (cw - cl), o.label_smoothing)),
  robust: (b, { beta, label_smoothing: e }) =>
    each(b, (cw, cl) => (-(1 - e) * ls(beta * (cw - cl)) + e * ls(-beta * (cw - cl))) / (1 - 2 * e)),
  ipo: (b, o) =>
    each(b, (cw, cl, i) =>
      o.ipo_average === 'sum'
        ? (cw - cl - 1 / (2 * o.beta)) ** 2
        : (cw / b.nw[i] - cl / b.nl[i] - 1 / (2 * o.beta)) ** 2,
    ),
  hinge: (b, o) => each(b, (cw, cl) => Math.max(0, 1 - o.beta * (cw - cl))),
  exo_pair: (b, { beta, label_smoothing: e }) =>
    each(b, (cw, cl) => {
      const p = sigma(beta * (cw - cl));
      return p * Math.log(p / (1 - e)) + (1 - p) * Math.log((1 - p) / e);
    }),
  nca_pair: (b, { beta }) => each(b, (cw, cl) => -ls(beta * cw) - 0.5 * ls(-beta * cw) - 0.5 * ls(-beta * cl)),
  bco_pair: (b, o) => {
    // δ of the first batch is its own mean; it takes no gradient, so it is computed from the unmoved batch
    const delta = o.bco_delta === 'running' ? meanOf(each(batch, (cw, cl) => (o.beta * (cw + cl)) / 2)) : 0;
    return each(b, (cw, cl) => -ls(o.beta * cw - delta) - ls(delta - o.beta * cl));
  },
  sppo_hard: (b, { beta }) => each(b, (cw, cl) => (cw - 0.5 / beta) ** 2 + (cl + 0.5 / beta) ** 2),
  aot: (b, o) => {
    const policy = sorted(b.w.map((w, i) => w - b.l[i]));
    const reference = sorted(b.rw.map((w, i) => w - b.rl[i]));
    return policy.map((x, i) => smooth(o.beta * (x - reference[i]), o.label_smoothing));
  },
  aot_unpaired: (b, o) => {
    const good = sorted(each(b, (cw) => cw));
    const bad = sorted(each(b, (_, cl) => cl));
    return good.map((x, i) => smooth(o.beta * (x - bad[i]), o.label_smoothing));
  },
  apo_zero: (b, { beta }) => each(b, (cw, cl) => 1 - sigma(beta * cw) + sigma(beta * cl)),
  apo_down: (b, { beta }) => each(b, (cw, cl) => sigma(beta * cw) + 1 - sigma(beta * (cw - cl))),
  discopop: (b, o) =>
    each(b, (cw, cl) => {
      const h = o.beta * (cw - cl);
      const m = sigma(h / Number(o.discopop_tau ?? 0.05));
      return (1 - m) * -ls(h) + m * Math.exp(-h);
    }),
  sigmoid_norm: (b, o) => each(b, (cw, cl, i) => -ls(o.beta * (cw / b.nw[i] - cl / b.nl[i]))),
  simpo: (b, o) => b.w.map((w, i) => -ls(o.beta * (w / b.nw[i] - b.l[i] / b.nl[i]) - Number(o.simpo_gamma ?? 0.5))),
  rdpo: (b, o) => each(b, (cw, cl, i) => -ls(o.beta * (cw - cl) + Number(o.rdpo_alpha ?? 0.01) * (b.nw[i] - b.nl[i]))),
  dpop: (b, o) => each(b, (cw, cl) => -ls(o.beta * (cw - cl - Number(o.dpop_lambda ?? 50) * Math.max(0, -cw)))),
  sft: (b) => {
    const tokens = b.nw.reduce((x, y) => x + y, 0);
    return b.w.map(() => -b.w.reduce((x, y) => x + y, 0) / tokens);
  },
};

/** Options each loss is tried with, besides β = 0.1 without smoothing. */
const VARIANTS: Record<string, Partial<Options>[]> = {
  cdpo: [{ label_smoothing: 0.2 }],
  robust: [{ label_smoothing: 0.2 }],
  ipo: [{ ipo_average: 'sum' }, { beta: 0.7 }],
  exo_pair: [{ label_smoothing: 0.3 }],
  bco_pair: [{ bco_delta: 'running' }],
  aot: [{ label_smoothing: 0.1 }],
  aot_unpaired: [{ label_smoothing: 0.1 }],
  discopop: [{ discopop_tau: 0.5, beta: 0.05 }],
  simpo: [{ beta: 2, simpo_gamma: 1.4 }],
  rdpo: [{ rdpo_alpha: 0.2 }],
  dpop: [{ dpop_lambda: 2 }],
};
const smoothing = (id: string) => (id === 'exo_pair' ? 0.01 : 0);

/** Losses of each pair, and the gradients of their mean with respect to both log-probabilities. */
async function runLoss(id: string, b: Batch, options: Options, divergence = 'reverse_kl', alpha = 0.5) {
  const g = new GraphBuilder(id);
  const input = (name: string) => g.input(name, 'float32', ['P']);
  const [w, l, rw, rl, nw, nl] = ['w', 'l', 'rw', 'rl', 'nw', 'nl'].map(input);
  const [chosenRatio, rejectedRatio] = [g.sub(w, rw), g.sub(l, rl)];
  const { score } = divergences.get(divergence);
  const perPair = preferenceLosses.get(id).build(
    g,
    {
      chosenLogp: w,
      rejectedLogp: l,
      refChosenLogp: rw,
      refRejectedLogp: rl,
      chosenRatio,
      rejectedRatio,
      chosenScore: score(g, chosenRatio, alpha),
      rejectedScore: score(g, rejectedRatio, alpha),
      chosenLength: nw,
      rejectedLength: nl,
      chosenTokenLoss: g.neg(g.div(g.reduceSum(w), g.reduceSum(nw))),
      runningMean: (_, value) => g.stopGradient(value),
    },
    options,
  );
  g.output('loss', perPair);
  const [dw, dl] = gradients(g, g.reduceMean(perPair), [w, l]);
  g.output('dw', dw);
  g.output('dl', dl);
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    const feeds = Object.fromEntries(
      Object.entries(b).map(([name, values]) => [
        name,
        float32([values.length], Float32Array.from(values as number[])),
      ]),
    );
    const found = await session.run(Object.fromEntries(session.graph.inputs.map(({ name }) => [name, feeds[name]])));
    return {
      loss: [...found.loss.data].map(Number),
      dw: [...found.dw.data].map(Number),
      dl: [...found.dl.data].map(Number),
    };
  } finally {
    await session.close();
  }
}

const close = (found: number, expected: number, what: string, relative = 2e-5) =>
  expect(Math.abs(found - expected), `${what}: expected ${expected}, found ${found}`).toBeLessThanOrEqual(
    1e-5 + relative * Math.abs(expected),
  );

/** d mean(loss) / d side[i] by central differences in float64. */
function slope(formula: (b: Batch) => number[], side: 'w' | 'l', i: number): number {
  const moved = (by: number): Batch => ({ ...batch, [side]: batch[side].map((x, j) => (j === i ? x + by : x)) });
  return (meanOf(formula(moved(1e-5))) - meanOf(formula(moved(-1e-5)))) / 2e-5;
}

const cases = preferenceLosses.all.flatMap(({ id }) =>
  [{}, ...(VARIANTS[id] ?? [])].map(
    (extra) => [id, { beta: 0.1, label_smoothing: smoothing(id), ...extra } as Options] as const,
  ),
);

describe('every loss equals its formula, value and gradient', () => {
  it.each(cases)('%s %j', async (id, options) => {
    const formula = (b: Batch) => FORMULAS[id](b, options);
    const { loss, dw, dl } = await runLoss(id, batch, options);
    formula(batch).forEach((expected, i) => {
      close(loss[i], expected, `loss ${i}`);
      close(dw[i], slope(formula, 'w', i), `gradient of chosen ${i}`, 1e-4);
      close(dl[i], slope(formula, 'l', i), `gradient of rejected ${i}`, 1e-4);
    });
  });

  it('has a formula for every registered loss, and a file for each', () => {
    const ids = preferenceLosses.all.map(({ id }) => id);
    expect(Object.keys(FORMULAS).sort()).toEqual([...ids].sort());
    const folder = new URL('../../../src/main/engine/losses/', import.meta.url);
    const files = readdirSync(folder).map((file) => file.replace('.ts', '').replaceAll('-', '_'));
    for (const id of ids) expect(files).toContain(id);
  });
});

describe('the catalogue of losses', () => {
  it('says of each loss what it is for and where it comes from, and of each option what it does', () => {
    for (const { id, title, summary, paper, params } of preferenceLosses.all) {
      expect(
        [title, summary, paper.title].every((text) => text.length > 2),
        id,
      ).toBe(true);
      expect(paper.url, id).toMatch(/^https:\/\//);
      for (const [name, schema] of Object.entries(params)) {
        const about = z.toJSONSchema(schema as z.ZodType, { io: 'input' });
        expect(about, `${id}: ${name}`).toMatchObject({ title: expect.any(String), description: expect.any(String) });
        expect(about, `${id}: ${name}`).toMatchObject({ group: 'Objective', default: expect.anything() });
      }
    }
  });
});

describe('where training starts: policy = reference', () => {
  const EXPECTED: Record<string, number> = {
    sigmoid: Math.LN2,
    cdpo: Math.LN2,
    robust: Math.LN2,
    sigmoid_norm: Math.LN2,
    aot: Math.LN2,
    aot_unpaired: Math.LN2,
    dpop: Math.LN2,
    nca_pair: 2 * Math.LN2,
    bco_pair: 2 * Math.LN2,
    hinge: 1,
    ipo: 25,
    sppo_hard: 50,
    apo_zero: 1,
    apo_down: 1,
    discopop: 0.5 * Math.LN2 + 0.5,
    exo_pair: -Math.LN2 - 0.5 * Math.log(0.99 * 0.01),
  };
  it.each(Object.entries(EXPECTED))('%s = %f', async (id, expected) => {
    const { loss } = await runLoss(id, start, { beta: 0.1, label_smoothing: smoothing(id) });
    for (const value of loss) close(value, expected, id);
  });

  it('cdpo has its optimum where σ(h) = 1 − ε', async () => {
    const epsilon = 0.1;
    const at = Math.log((1 - epsilon) / epsilon) / 0.1;
    const best: Batch = { ...start, w: start.rw.map((x) => x + at) };
    const { dw } = await runLoss('cdpo', best, { beta: 0.1, label_smoothing: epsilon });
    for (const slopeThere of dw) expect(Math.abs(slopeThere)).toBeLessThan(1e-6);
  });
});

describe('f-divergences', () => {
  const SCORES: Record<string, (r: number) => number> = {
    reverse_kl: (r) => r,
    forward_kl: (r) => 1 - Math.exp(-r),
    js_divergence: (r) => Math.log((2 * Math.exp(r)) / (1 + Math.exp(r))),
    alpha_divergence: (r) => (Math.exp(-0.5 * r) - 1) / -0.5,
  };
  it.each(divergences.all.map(({ id }) => id))('%s gives f′(t) − f′(1) to DPO and IPO', async (id) => {
    const f = SCORES[id];
    const options = { beta: 0.1, label_smoothing: 0 };
    const dpo = (b: Batch) => each(b, (cw, cl) => -ls(0.1 * (f(cw) - f(cl))));
    const ipo = (b: Batch) => each(b, (cw, cl, i) => (f(cw) / b.nw[i] - f(cl) / b.nl[i] - 5) ** 2);
    for (const [name, formula] of [['sigmoid', dpo] as const, ['ipo', ipo] as const]) {
      const found = await runLoss(name, batch, options, id);
      formula(batch).forEach((expected, i) => {
        close(found.loss[i], expected, `${name} ${i}`);
        close(found.dw[i], slope(formula, 'w', i), `${name} gradient ${i}`, 1e-4);
      });
    }
  });

  it('the alpha divergence at 1 is the reverse KL', async () => {
    const options = { beta: 0.1, label_smoothing: 0 };
    const one = await runLoss('sigmoid', batch, options, 'alpha_divergence', 1);
    expect(one.loss).toEqual((await runLoss('sigmoid', batch, options)).loss);
  });

  it('stays finite where an answer has become impossible', async () => {
    const far: Batch = { ...batch, w: batch.w.map((x) => x - 500), l: batch.l.map((x) => x - 600) };
    for (const { id } of divergences.all) {
      const { loss, dw } = await runLoss('sigmoid', far, { beta: 0.1, label_smoothing: 0 }, id);
      for (const value of [...loss, ...dw]) expect(Number.isFinite(value), `${id}: ${value}`).toBe(true);
    }
  });
});
