/** Who gets cores when: by hand-made queues. */
import { describe, expect, it } from 'vitest';
import { CoreQueue } from '../../src/main/jobs/core-queue.ts';

function queueOf(cores: number) {
  const queue = new CoreQueue(() => cores);
  const begun: string[] = [];
  const join = (id: string, threads: number) => {
    queue.join({ id, threads: () => threads, begin: (taken) => begun.push(`${id} ${taken}`) });
    queue.serve();
  };
  const giveBack = (id: string) => {
    queue.giveBack(id);
    queue.serve();
  };
  return { queue, begun, join, giveBack };
}

describe('the queue for cores', () => {
  it('serves in the order of arrival while there is room; all cores go to one alone', () => {
    const { queue, begun, join, giveBack } = queueOf(2);
    for (const [id, threads] of [
      ['a', 1],
      ['b', 1],
      ['all', 0],
      ['c', 1],
    ] as const)
      join(id, threads);
    expect(begun).toEqual(['a 1', 'b 1']);
    // one core is free, but who came first does not wait for who came later
    giveBack('a');
    expect(queue.waiting).toEqual(['all', 'c']);
    giveBack('b');
    expect(begun.at(-1)).toBe('all 0');
    expect(queue.waiting).toEqual(['c']);
    giveBack('all');
    expect(begun).toEqual(['a 1', 'b 1', 'all 0', 'c 1']);
  });

  it('gives cores that were given back to the next, and puts who comes again at the end', () => {
    const { queue, begun, join, giveBack } = queueOf(2);
    join('first', 0);
    join('second', 0);
    join('third', 0);
    giveBack('first');
    join('first', 0);
    expect(queue.waiting).toEqual(['third', 'first']);
    expect([queue.has('first'), queue.has('second')]).toEqual([false, true]);
    giveBack('second');
    giveBack('third');
    expect(begun).toEqual(['first 0', 'second 0', 'third 0', 'first 0']);
  });

  it('loses nobody who leaves, and begins nobody once it is closed', () => {
    const { queue, begun, join, giveBack } = queueOf(1);
    for (const id of ['a', 'b', 'c']) join(id, 1);
    expect([queue.leave('b'), queue.leave('b'), queue.leave('a')]).toEqual([true, false, false]);
    queue.close();
    giveBack('a');
    expect(begun).toEqual(['a 1']);
    expect(queue.waiting).toEqual(['c']);
  });
});
