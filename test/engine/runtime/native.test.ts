/** The C API through koffi: what it loaded must stay loaded. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { nativeApi } from '../../../src/main/engine/runtime/native.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function double(values: Float32Array): Promise<Float32Array> {
  const g = new GraphBuilder('double');
  const x = g.input('x', 'float32', ['N']);
  g.output('y', g.mul(x, 2));
  const session = await Session.create(g.build(), { threads: 1 });
  try {
    const { y } = await session.run({ x: float32([values.length], values) });
    return y.data as Float32Array;
  } finally {
    await session.close();
  }
}

describe.skipIf(nativeApi() instanceof Error)('native API', () => {
  it('works after a garbage collection: the library is not unloaded while its functions are in use', async () => {
    expect([...(await double(Float32Array.of(1, 2)))]).toEqual([2, 4]);
    // finalizers run in later turns of the event loop
    for (let i = 0; i < 5; i++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([...(await double(Float32Array.of(3, 4)))]).toEqual([6, 8]);
  });
});
