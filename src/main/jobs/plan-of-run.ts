/** A training plan as the record of a run keeps it: with the speed of this machine, and as plain numbers. */
import { cpus } from 'node:os';
import type { RunPlan } from '../../preload/contract/runs.ts';
import { measureSquareProduct } from '../bench/machine.ts';
import { matrixProducts, totalFlops } from '../bench/matrix-products.ts';
import { threadsFor } from '../engine/runtime/threads.ts';
import { peakMemory, type TrainingPlan } from '../train/plan.ts';

/** Share of a step that is matrix products at the rate of a large one (SmolLM2-135M, measured); the rest is everything between them. */
const PRODUCTS_SHARE = 0.7;
/** What starting an operator costs, and the optimiser's work on one number (measured on small models and on 8 million numbers). */
const NODE_SECONDS = 4e-6;
const OPTIMISER_SECONDS = 8e-9;
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

/** `rate` in GFLOP/s, measured with `threads` threads; 0 = all cores. */
export function planOfRun(plan: TrainingPlan, memoryLimit: number, rate: number, threads = 0): RunPlan {
  const { graph, sizes, passesPerStep, recompute, samples, memory, trained, parameters, sequences, length } = plan;
  const flops = passesPerStep * totalFlops(matrixProducts(graph, sizes));
  // a small graph takes one thread where nobody names a number
  const own = threads === 0 && threadsFor(graph) === 1 ? rate / cpus().length : rate;
  const time = {
    passes: flops / (own * 1e9 * PRODUCTS_SHARE),
    operators: passesPerStep * graph.nodes.length * NODE_SECONDS,
    optimiser: trained * OPTIMISER_SECONDS,
  };
  const seconds = time.passes + time.operators + time.optimiser;
  return {
    parameters,
    trained,
    sequences,
    length,
    memory: { ...memory },
    peakMemoryBytes: peakMemory(plan),
    memoryLimitBytes: memoryLimit,
    gradientCheckpointing: recompute,
    flopsPerStep: flops,
    secondsPerStep: samples ? null : seconds,
    time,
  };
}
