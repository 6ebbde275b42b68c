/** Peak memory of a graph from the lives of its tensors. */
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { peakBytes } from '../../../src/main/engine/graph/memory.ts';

it('counts what lives at once: a chain needs two tensors, a tensor read later stays', () => {
  const sizes = new Map([['N', 100]]);
  const chain = new GraphBuilder('chain');
  let x = chain.exp(chain.input('x', 'float32', ['N']));
  for (let i = 0; i < 5; i++) x = chain.exp(x);
  chain.output('y', x);
  expect(peakBytes(chain.build(), sizes)).toBe(2 * 400);

  const kept = new GraphBuilder('kept');
  const first = kept.exp(kept.input('x', 'float32', ['N']));
  let y = kept.exp(first);
  for (let i = 0; i < 5; i++) y = kept.exp(y);
  kept.output('y', kept.reduceSum(kept.mul(first, y)));
  expect(peakBytes(kept.build(), sizes)).toBe(3 * 400);
});

it('a reshape is the same memory, and what nothing reads takes none later', () => {
  const g = new GraphBuilder('views');
  const x = g.exp(g.input('x', 'float32', [10, 'N']));
  g.exp(x);
  const y = g.exp(g.reshape(x, ['N', 10]));
  g.output('y', g.reduceSum(y));
  expect(peakBytes(g.build(), new Map([['N', 10]]))).toBeLessThanOrEqual(3 * 400);
});
