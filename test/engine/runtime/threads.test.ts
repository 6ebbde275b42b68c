/** Threads by the size of a graph, the same every time. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { threadsFor } from '../../../src/main/engine/runtime/threads.ts';

/** x [M, width] times a weight [width, width], fed or constant. */
function graphOf(width: number, constant: boolean) {
  const g = new GraphBuilder('threads');
  const w = constant
    ? g.constant('w', 'float32', [width, width], new Float32Array(width * width))
    : g.input('w', 'float32', [width, width]);
  g.output('y', g.matmul(g.input('x', 'float32', ['M', width]), w));
  return g.build();
}

describe.each([true, false])('threadsFor, weights as constants: %s', (constant) => {
  it('one for half a million weights or less, all cores (0) above', () => {
    expect(threadsFor(graphOf(500, constant))).toBe(1);
    expect(threadsFor(graphOf(700, constant), 0)).toBe(1);
    expect(threadsFor(graphOf(710, constant))).toBe(0);
  });

  it('a number that is asked for is taken', () => {
    expect(threadsFor(graphOf(10, constant), 2)).toBe(2);
    expect(threadsFor(graphOf(800, constant), 1)).toBe(1);
  });
});
