/** Arithmetic on dimensions that may be symbols: broadcasting, products and axes. */
import { type Dim, formatShape } from './value.ts';

/** Shape after NumPy broadcasting; throws when two sizes cannot meet. */
export function broadcast(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`shapes ${formatShape(a)} and ${formatShape(b)} cannot be broadcast together`);
  });
}

/** Product of dimensions: a number when all are, else symbols in sorted order joined by "*", the number first ("3*B*T"). */
export function product(dims: readonly Dim[]): Dim {
  let number = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') number *= dim;
    else {
      for (const factor of dim.split('*')) {
        if (/^\d+$/.test(factor)) number *= Number(factor);
        else symbols.push(factor);
      }
    }
  }
  if (number === 0 || symbols.length === 0) return number;
  symbols.sort();
  return (number === 1 ? symbols : [number, ...symbols]).join('*');
}

/** `numerator / denominator` when the factors cancel; undefined otherwise. */
export function quotient(numerator: Dim, denominator: Dim): Dim | undefined {
  const split = (dim: Dim) => {
    const factors = String(dim).split('*');
    return {
      number: factors.filter((f) => /^\d+$/.test(f)).reduce((p, f) => p * Number(f), 1),
      symbols: factors.filter((f) => !/^\d+$/.test(f)),
    };
  };
  const top = split(numerator);
  const bottom = split(denominator);
  for (const symbol of bottom.symbols) {
    const at = top.symbols.indexOf(symbol);
    if (at < 0) return undefined;
    top.symbols.splice(at, 1);
  }
  if (bottom.number === 0 || top.number % bottom.number !== 0) return undefined;
  return product([top.number / bottom.number, ...top.symbols]);
}

/** The size of a dimension when the symbols' sizes are known: "3*B*T" with B and T; throws naming a symbol that is not. */
export function resolveDim(dim: Dim, sizes: ReadonlyMap<string, number>): number {
  if (typeof dim === 'number') return dim;
  return dim.split('*').reduce((total, factor) => {
    const size = /^\d+$/.test(factor) ? Number(factor) : sizes.get(factor);
    if (size === undefined) throw new Error(`the size "${dim}" is not known from the inputs`);
    return total * size;
  }, 1);
}

/** Axis counted from the front; throws when outside the rank. */
export function normalAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (result < 0 || result >= rank) throw new Error(`axis ${axis} is outside a tensor of rank ${rank}`);
  return result;
}

/** Axes (from `shape`) that broadcasting from `operand` to `shape` added or stretched. */
export function broadcastAxes(operand: readonly Dim[], shape: readonly Dim[]): number[] {
  const offset = shape.length - operand.length;
  return shape.flatMap((dim, i) => (i < offset || (operand[i - offset] === 1 && dim !== 1) ? [i] : []));
}

export const sameShape = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);
