/** Which rows belong to which optimiser step: a pure function of seed and step, so that a resume needs no stored cursor. */
import { createRandom } from '../base/random.ts';

export interface OrderOptions {
  readonly rows: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** A last batch of an epoch that would not be full is left out. */
  readonly dropLast?: boolean;
}

/** Rows of an epoch that are trained on. */
const usedRows = ({ rows, batchSize, dropLast }: OrderOptions): number => (dropLast ? rows - (rows % batchSize) : rows);

/** Optimiser steps in one pass over the data; the last may hold fewer micro-batches (TRL's rule: epochs never mix). */
export function stepsPerEpoch(options: OrderOptions): number {
  return Math.ceil(Math.ceil(usedRows(options) / options.batchSize) / options.accumulation);
}

/** Micro-batches (row numbers) of the 0-based step; a fresh permutation every epoch when shuffled. */
export function microBatches(step: number, options: OrderOptions): number[][] {
  const { rows, batchSize, accumulation, shuffle, seed } = options;
  const used = usedRows(options);
  if (used === 0) throw new Error('there are no rows to train on');
  const perEpoch = stepsPerEpoch(options);
  const epoch = Math.floor(step / perEpoch);
  const order = epochOrder(rows, shuffle, seed, epoch);
  const from = (step % perEpoch) * batchSize * accumulation;
  const batches: number[][] = [];
  for (let i = 0; i < accumulation && from + i * batchSize < used; i++)
    batches.push(order.slice(from + i * batchSize, from + (i + 1) * batchSize));
  return batches;
}

let cached: { key: string; order: number[] } | undefined;

function epochOrder(rows: number, shuffle: boolean, seed: number, epoch: number): number[] {
  const key = `${rows}:${shuffle}:${seed}:${epoch}`;
  if (cached?.key === key) return cached.order;
  const identity = Array.from({ length: rows }, (_, i) => i);
  const order = shuffle ? createRandom(seed).fork(`epoch ${epoch}`).shuffle(identity) : identity;
  cached = { key, order };
  return order;
}
