/** The gradient of Gather with two threads: rows that are named many times get every addition, in every run. */
import { expect, it } from 'vitest';
import { gradients } from '../../../src/main/engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../../src/main/engine/graph/builder.ts';
import { float32, int32, Session } from '../../../src/main/engine/runtime/session.ts';

it('loses no addition to a row (ScatterND did, in one of six runs)', async () => {
  const [rows, width, count] = [8, 256, 1024];
  const g = new GraphBuilder('gather');
  const table = g.input('table', 'float32', [rows, width]);
  const loss = g.reduceSum(g.gather(table, g.input('indices', 'int32', [count])));
  g.output('gradient', gradients(g, loss, [table])[0]);
  const session = await Session.create(g.build(), { threads: 2 });
  const feeds = {
    table: float32([rows, width], new Float32Array(rows * width)),
    indices: int32(
      [count],
      Int32Array.from({ length: count }, (_, i) => (i * 7) % 3),
    ),
  };
  const expected = [342, 341, 341, 0, 0, 0, 0, 0].flatMap((n) => new Array<number>(width).fill(n));
  try {
    for (let run = 0; run < 100; run++) expect([...(await session.run(feeds)).gradient.data]).toEqual(expected);
  } finally {
    await session.close();
  }
});
