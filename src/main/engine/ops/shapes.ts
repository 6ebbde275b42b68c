/** Shape rules that several operators share. */
import { broadcast, normalAxis } from '../graph/dims.ts';
import type { Attributes, Dim, TensorType, Value } from '../graph/value.ts';
import { integer, knownIntegers } from './define.ts';

export const sameAsFirst = ([x]: readonly Value[]): TensorType[] => [{ dtype: x.dtype, shape: x.shape }];

export const broadcastAll = (inputs: readonly Value[]): TensorType[] => {
  for (const input of inputs)
    if (input.dtype !== inputs[0].dtype) throw new Error(`operands are ${inputs[0].dtype} and ${input.dtype}`);
  return [{ dtype: inputs[0].dtype, shape: inputs.map((v) => v.shape).reduce(broadcast) }];
};

export const comparison = ([a, b]: readonly Value[]): TensorType[] => [
  { dtype: 'bool', shape: broadcast(a.shape, b.shape) },
];

/** Axes of a reduction, from the front; all when none are named. */
export function reducedAxes([x, axes]: readonly Value[], attributes: Attributes): number[] {
  if (!axes) return integer(attributes, 'noop_with_empty_axes', 0) ? [] : x.shape.map((_, i) => i);
  const named = knownIntegers(axes, 'axes');
  if (named.length === 0) return integer(attributes, 'noop_with_empty_axes', 0) ? [] : x.shape.map((_, i) => i);
  return named.map((axis) => normalAxis(axis, x.shape.length));
}

export function reduction(inputs: readonly Value[], attributes: Attributes): TensorType[] {
  const [x] = inputs;
  const axes = reducedAxes(inputs, attributes);
  const keep = integer(attributes, 'keepdims', 1) === 1;
  const shape = x.shape.flatMap((dim, i): Dim[] => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
  return [{ dtype: x.dtype, shape }];
}

/** The shape a reduction's result has with its reduced axes kept as 1. */
export function keptShape(inputs: readonly Value[], attributes: Attributes): Dim[] {
  const axes = reducedAxes(inputs, attributes);
  return inputs[0].shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
}

/** Replaces one axis of a shape. */
export const withAxis = (shape: readonly Dim[], axis: number, dim: Dim): Dim[] =>
  shape.map((old, i) => (i === axis ? dim : old));
