/** The gradient of every weight of a whole model held against central finite differences. */
import { padBatch } from '../../../src/main/data/batches.ts';
import type { Tensor } from '../../../src/main/engine/graph/value.ts';
import { type LanguageModel, weightFeeds } from '../../../src/main/engine/models/language-model.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { batchFeeds, buildStepGraph, gradientName } from '../../../src/main/train/step-graph.ts';
import { expectGradient } from '../ops/finite-differences.ts';

/** Rows of different lengths and starts: padding and prompts are in the batch. */
const ROWS = [
  { ids: [2, 5, 3, 7, 1], start: 2 },
  { ids: [4, 4, 9], start: 1 },
  { ids: [10, 6, 8, 2, 5, 1], start: 0 },
];

const TOLERANCE = { step: 2 ** -9, absolute: 4e-3, relative: 4e-3 };

async function open(model: LanguageModel) {
  const batch = padBatch(ROWS, 0);
  const graph = buildStepGraph(model, 8, (g, { logp }) => {
    return g.reduceSum(g.mul(g.input('upstream', 'float32', ['M']), logp));
  });
  const session = await Session.create(graph, { threads: 1 });
  const count = batch.rows.length;
  const feeds = { ...weightFeeds(model), ...batchFeeds(batch), upstream: float32([count], upstream(count)) };
  return {
    run: (): Promise<Record<string, Tensor>> => session.run(feeds),
    close: () => session.close(),
  };
}

/** Weights of different sizes and signs, so that no error cancels. */
const upstream = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -0.5) * (1 + i / 4));

/** In float64, from per-token numbers: the scalar that the graph sums is too coarse for a difference. */
const lossOf = ({ logp }: Record<string, Tensor>): number => {
  const weights = upstream(logp.data.length);
  return weights.reduce((sum, w, i) => sum + w * Number(logp.data[i]), 0);
};

/** The gradient of every weight against a central difference; `paddedTable` names the embedding whose first row is padding and takes no gradient as an input. */
export async function expectModelGradients(model: LanguageModel, paddedTable?: string): Promise<void> {
  const { run, close } = await open(model);
  try {
    const first = await run();
    for (const { name, shape } of model.specs) {
      const data = model.weights.get(name) ?? new Float32Array();
      const gradient = first[gradientName(name)];
      const loss = async () => lossOf(await run());
      const skipped = name === paddedTable ? 1 : 0;
      const rest = (from: ArrayLike<number>): Tensor => {
        const width = shape.length > 1 ? shape[1] : 1;
        return {
          dtype: 'float32',
          shape: [shape[0] - skipped, ...shape.slice(1)],
          data: (from as Float32Array).subarray(skipped * width),
        };
      };
      await expectGradient(loss, rest(data), rest(gradient.data as Float32Array), TOLERANCE, name);
    }
  } finally {
    await close();
  }
}
