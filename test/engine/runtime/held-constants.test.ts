/** Large constants stay where they are: same numbers as written into the model, packed once for all sessions of one owner, freed with the last. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { type ContainerApi, isHeld, PackedWeights } from '../../../src/main/engine/runtime/held-constants.ts';
import { nativeApi } from '../../../src/main/engine/runtime/native.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const numbers = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => (((i + seed) * 7919) % 1009) / 1009 - 0.5);

/** y = x Wᵀ + table rows: one constant that the runtime packs and one that it reads in place, both large. */
function build(weight: Float32Array, table: Float32Array) {
  const g = new GraphBuilder('held');
  const x = g.input('x', 'float32', ['M', 64]);
  const rows = g.input('rows', 'int32', ['M']);
  const product = g.gemm(x, g.constant('weight', 'float32', [96, 64], weight), { transB: true });
  g.output('y', g.add(product, g.gather(g.constant('table', 'float32', [50, 96], table), rows)));
  return g.build();
}

const feeds = {
  x: float32([2, 64], numbers(128, 5)),
  rows: { dtype: 'int32', shape: [2], data: Int32Array.of(49, 3) } as const,
};

async function compute(weight: Float32Array, table: Float32Array, options: Parameters<typeof Session.create>[1]) {
  const session = await Session.create(build(weight, table), { threads: 1, ...options });
  const { y } = await session.run(feeds);
  await session.close();
  return y.data;
}

describe.skipIf(nativeApi() instanceof Error)('constants that the runtime reads where they lie', () => {
  it('give the bits that constants inside the model give', async () => {
    const [weight, table] = [numbers(96 * 64, 1), numbers(50 * 96, 2)];
    expect(build(weight, table).constants.filter(isHeld)).toHaveLength(2);
    expect(await compute(weight, table, {})).toEqual(await compute(weight, table, { backend: 'js' }));
  });

  it('belong to the owner by content: another weight under the same name is another weight', async () => {
    const owner = {};
    const table = numbers(50 * 96, 2);
    const [first, second] = [numbers(96 * 64, 1), numbers(96 * 64, 3)];
    const one = await Session.create(build(first, table), { threads: 1, owner });
    expect(await compute(second, table, { owner })).toEqual(await compute(second, table, { backend: 'js' }));
    expect((await one.run(feeds)).y.data).toEqual(await compute(first, table, { backend: 'js' }));
    await one.close();
  });

  it('outlive the graph and the arrays that the caller let go of', async () => {
    const session = await Session.create(build(numbers(96 * 64, 1), numbers(50 * 96, 2)), { threads: 1 });
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const again = Array.from({ length: 50 }, () => new Float32Array(50 * 96).fill(9));
    const { y } = await session.run(feeds);
    expect(y.data).toEqual(await compute(numbers(96 * 64, 1), numbers(50 * 96, 2), { backend: 'js' }));
    expect(again).toHaveLength(50);
    await session.close();
  });

  it('are packed once for four sessions of one owner', async () => {
    // 41 MB: blocks above 32 MB go back to the system at once, so that resident memory tells what is in use
    const size = 3200;
    const weight = numbers(size * size, 1);
    const g = new GraphBuilder('wide');
    g.output('y', g.gemm(g.input('x', 'float32', ['M', size]), g.constant('w', 'float32', [size, size], weight)));
    const graph = g.build();
    const growth = async (owner: (i: number) => object) => {
      const sessions = [await Session.create(graph, { threads: 1, owner: owner(0) })];
      const before = process.memoryUsage().rss;
      for (let i = 1; i < 4; i++) sessions.push(await Session.create(graph, { threads: 1, owner: owner(i) }));
      const grown = process.memoryUsage().rss - before;
      for (const session of sessions) await session.close();
      return grown / weight.byteLength;
    };
    const owner = {};
    expect(await growth(() => owner)).toBeLessThan(0.8);
    expect(await growth(() => ({}))).toBeGreaterThan(2.5);
  });
});

describe('containers of packed weights', () => {
  it('live from the first taker of an owner to the last', () => {
    const log: string[] = [];
    let next = 1n;
    const api: ContainerApi = {
      create: () => {
        log.push(`create ${next}`);
        return next++;
      },
      release: (container) => log.push(`release ${container}`),
    };
    const packed = new PackedWeights(api);
    const [a, b] = [{}, {}];
    expect([packed.take(a), packed.take(b), packed.take(a)]).toEqual([1n, 2n, 1n]);
    packed.giveBack(a);
    packed.giveBack(b);
    packed.giveBack(a);
    expect(packed.take(a)).toBe(3n);
    expect(log).toEqual(['create 1', 'create 2', 'release 2', 'release 1', 'create 3']);
  });
});
