/** A training plan as the record of a run keeps it: with the speed of this machine, and as plain numbers. */
import { cpus } from 'node:os';
import type { RunPlan } from '../../preload/contract/runs.ts';
import { measureSquareProduct } from '../bench/machine.ts';
import { matrixProducts, totalFlops } from '../bench/matrix-products.ts';
import type { Graph } from '../engine/graph/value.ts';
import { threadsFor } from '../engine/runtime/threads.ts';
import { peakMemory, type TrainingPlan } from '../train/plan.ts';
import type { Work } from '../train/plan-work.ts';

/** Share of a step that is matrix products at the rate of a large one (SmolLM2-135M, measured); the rest is everything between them. */
const PRODUCTS_SHARE = 0.7;
/** What starting an operator costs, and the optimiser's work on one number (measured on small models and on 8 million numbers). */
const NODE_SECONDS = 4e-6;
const OPTIMISER_SECONDS = 8e-9;
/** Drawing a token from a distribution, for each entry of the vocabulary. */
const DRAW_SECONDS = 1e-8;
/** Weights that a decoding step reads (SmolLM2-135M, one answer: 12.5 ms for 540 MB). */
const BYTES_PER_SECOND = 40e9;
/** Answers that are drawn side by side (as in `rollouts/experience.ts`). */
const ANSWERS_TOGETHER = 64;
/** A checkpoint on its way to the disk. */
const DISK_BYTES_PER_SECOND = 500e6;
/** Until the first step: rows read, graphs built, sessions opened (small models and some hundred rows, measured). */
const OPENING_SECONDS = 0.3;
const SIZE = 512;
const RUNS = 3;

/** The best that this process has seen, by number of threads: a busy moment says nothing about the machine. */
const best = new Map<number, number>();

/** GFLOP/s of a large product with this many threads: 0.1 s of work. */
export async function measureRate(threads: number): Promise<number> {
  const rate = Math.max(best.get(threads) ?? 0, await measureSquareProduct(SIZE, RUNS, { threads }));
  best.set(threads, rate);
  return rate;
}

/** Seconds of each kind of work on this machine. */
interface Prices {
  /** A pass forward and backward: its products, and the starting of its operators. */
  readonly products: number;
  readonly operators: number;
  /** The optimiser over all that is trained, once. */
  readonly update: number;
  /** A row of the data in a pass without gradient. */
  readonly forwardRow: number;
  /** The next token of so many answers at once. */
  token(answers: number): number;
}

function pricesOf(plan: TrainingPlan, rate: number, threads: number): Prices {
  const { graph, forward, sizes, parameters, trained, vocabulary } = plan;
  // a small graph takes one thread where nobody names a number
  const own = threads === 0 && threadsFor(graph) === 1 ? rate / cpus().length : rate;
  const productsOf = (of: Graph, at: ReadonlyMap<string, number>) =>
    totalFlops(matrixProducts(of, at)) / (own * 1e9 * PRODUCTS_SHARE);
  const starting = (of: Graph) => of.nodes.length * NODE_SECONDS;
  return {
    products: productsOf(graph, sizes),
    operators: starting(graph),
    update: trained * OPTIMISER_SECONDS,
    forwardRow: (productsOf(forward, sizes) + starting(forward)) / plan.rowsPerPass,
    token: (answers) =>
      starting(forward) +
      // a matrix that meets one row is read rather than multiplied
      Math.max((2 * parameters * answers) / (own * 1e9 * PRODUCTS_SHARE), (4 * parameters) / BYTES_PER_SECOND) +
      answers * vocabulary * DRAW_SECONDS,
  };
}

/** Seconds of some work, by what they are for; parts that take none are left out, but for those of every step. */
function timeOf(work: Work, prices: Prices): Record<string, number> {
  const batches = Math.ceil(work.answers / ANSWERS_TOGETHER);
  const together = Math.ceil(work.answers / Math.max(1, batches));
  const forward = (rows: number) => rows * prices.forwardRow;
  const besides = {
    sampling: batches * work.tokens * prices.token(together),
    annotator: forward(work.forward.annotator),
    reference: forward(work.forward.reference),
    scoring: forward(work.forward.scoring),
  };
  return {
    ...Object.fromEntries(Object.entries(besides).filter(([, seconds]) => seconds > 0)),
    passes: work.passes * prices.products,
    operators: work.passes * prices.operators,
    optimiser: work.updates * prices.update,
  };
}

const total = (parts: Readonly<Record<string, number>>): number => Object.values(parts).reduce((a, b) => a + b, 0);

/** `rate` in GFLOP/s, measured with `threads` threads; 0 = all cores. */
export function planOfRun(plan: TrainingPlan, memoryLimit: number, rate: number, threads = 0): RunPlan {
  const { graph, sizes, recompute, memory, trained, parameters, sequences, length, checkpointBytes } = plan;
  const { step, run, waits } = plan.work;
  const prices = pricesOf(plan, rate, threads);
  const time = timeOf(step, prices);
  const secondsPerStep = waits ? null : total(time);
  const known = run.steps !== null && secondsPerStep !== null;
  const runTime = {
    opening: OPENING_SECONDS + (4 * parameters) / DISK_BYTES_PER_SECOND,
    steps: known ? (run.steps ?? 0) * (secondsPerStep ?? 0) : 0,
    reference: run.referenceRows * prices.forwardRow,
    evaluations: run.evaluations * total(timeOf(run.evaluation, prices)),
    checkpoints: (run.checkpoints * checkpointBytes) / DISK_BYTES_PER_SECOND,
  };
  return {
    parameters,
    trained,
    sequences,
    length,
    memory: { ...memory },
    peakMemoryBytes: peakMemory(plan),
    memoryLimitBytes: memoryLimit,
    gradientCheckpointing: recompute,
    flopsPerStep: step.passes * totalFlops(matrixProducts(graph, sizes)),
    secondsPerStep,
    time,
    steps: run.steps,
    secondsPerRun: known ? total(runTime) : null,
    runTime,
  };
}
