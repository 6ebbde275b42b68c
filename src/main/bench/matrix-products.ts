/** The matrix products of a graph: their shapes, and the floating-point operations they take. */
import { resolveDim } from '../engine/graph/dims.ts';
import type { Graph, Node } from '../engine/graph/value.ts';

/** `batch` products [m, k] · [k, n]; operands of a Gemm may be stored transposed. */
export interface MatrixProduct {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

/** A product and how often the graph has it. */
export interface CountedProduct extends MatrixProduct {
  readonly count: number;
}

/** A multiplication and an addition each. */
export const flopsOf = ({ batch, m, k, n }: MatrixProduct): number => 2 * batch * m * k * n;

export const totalFlops = (products: readonly CountedProduct[]): number =>
  products.reduce((total, product) => total + product.count * flopsOf(product), 0);

/** Every MatMul and Gemm of a graph whose symbols have these sizes, equal ones counted together, the costliest first. */
export function matrixProducts(graph: Graph, sizes: ReadonlyMap<string, number>): CountedProduct[] {
  const counted = new Map<string, CountedProduct>();
  for (const node of graph.nodes) {
    if (node.op !== 'MatMul' && node.op !== 'Gemm') continue;
    const product = productOf(node, sizes);
    const key = JSON.stringify(product);
    counted.set(key, { ...product, count: (counted.get(key)?.count ?? 0) + 1 });
  }
  return [...counted.values()].sort((a, b) => b.count * flopsOf(b) - a.count * flopsOf(a));
}

function productOf(node: Node, sizes: ReadonlyMap<string, number>): MatrixProduct {
  const shape = (at: number): number[] => (node.inputs[at]?.shape ?? []).map((dim) => resolveDim(dim, sizes));
  const [a, b] = [shape(0), shape(1)];
  const transA = node.op === 'Gemm' && node.attributes.transA === 1;
  const transB = node.op === 'Gemm' && node.attributes.transB === 1;
  // a vector is a matrix of one row (left) or one column (right)
  const [rows, columns] = [a.at(-2) ?? 1, a.at(-1) ?? 1];
  const right = b.length === 1 ? [b[0], 1] : b;
  const output = node.outputs[0].shape.map((dim) => resolveDim(dim, sizes));
  const m = transA ? columns : rows;
  const n = right[right.length - (transB ? 2 : 1)];
  return {
    batch: output.reduce((total, size) => total * size, 1) / (m * n),
    m,
    k: transA ? rows : columns,
    n,
    transA,
    transB,
  };
}
