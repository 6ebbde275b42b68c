/** What the machine can do, measured bare: matrix products, reading memory, and moving tensors in and out of the runtime. */
import { arch, cpus, platform, totalmem } from 'node:os';
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Graph, Tensor } from '../engine/graph/value.ts';
import { nativeApi } from '../engine/runtime/native.ts';
import { float32, Session, type SessionOptions } from '../engine/runtime/session.ts';
import { flopsOf, type MatrixProduct } from './matrix-products.ts';
import { rounded, Timings } from './timings.ts';

export function describeMachine() {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_bytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.version,
    backend: nativeApi() instanceof Error ? 'js' : 'native',
  };
}

/** A graph alone in a session, with feeds that stay the same and outputs written into the same arrays. */
export interface Probe {
  run(): Promise<void>;
  close(): Promise<void>;
}

export async function createProbe(
  graph: Graph,
  feeds: Record<string, Tensor>,
  options: SessionOptions,
): Promise<Probe> {
  const session = await Session.create(graph, options);
  const first = await session.run(feeds);
  const into = Object.fromEntries(Object.entries(first).map(([name, { data }]) => [name, data]));
  return {
    run: async () => {
      await session.run(feeds, into);
    },
    close: () => session.close(),
  };
}

/** Numbers of a harmless size: neither zeros (which some processors add faster) nor denormals. */
export const filler = (length: number): Float32Array =>
  new Float32Array(length).map((_, i) => ((i * 7919) % 1009) / 1009 - 0.5);

/** Times a product stands in its probe, each with a left operand of its own, so that the cost of starting a run does not count as multiplying. */
const COPIES = 4;

/** One matrix product as the only work of a graph, stored as in the graph it comes from; a run computes it `COPIES` times. */
function productProbe({ batch, m, k, n, transA, transB }: MatrixProduct, options: SessionOptions): Promise<Probe> {
  const g = new GraphBuilder('product');
  const leading = batch === 1 ? [] : [batch];
  const left = [...leading, ...(transA ? [k, m] : [m, k])];
  const right = [...leading, ...(transB ? [n, k] : [k, n])];
  const b = g.input('b', 'float32', right);
  const feeds: Record<string, Tensor> = { b: float32(right, filler(batch * k * n)) };
  for (let copy = 0; copy < COPIES; copy++) {
    const a = g.input(`a${copy}`, 'float32', left);
    feeds[a.name] = float32(left, filler(batch * m * k));
    g.output(`y${copy}`, batch === 1 ? g.gemm(a, b, { transA, transB }) : g.matmul(a, b));
  }
  return createProbe(g.build(), feeds, options);
}

/** A product measured bare, again and again. */
export class BareProduct {
  readonly product: MatrixProduct;
  readonly #probe: Probe;
  readonly #timings = new Timings();

  private constructor(product: MatrixProduct, probe: Probe) {
    this.product = product;
    this.#probe = probe;
  }

  static async create(product: MatrixProduct, options: SessionOptions): Promise<BareProduct> {
    return new BareProduct(product, await productProbe(product, options));
  }

  run = (): Promise<void> => this.#timings.time(this.#probe.run);

  /** Of one product, ms. */
  get best(): number {
    return this.#timings.best / COPIES;
  }

  get gigaflopsPerSecond(): number {
    return flopsOf(this.product) / this.best / 1e6;
  }

  close = (): Promise<void> => this.#probe.close();
}

/** GFLOP/s of one large square product: the most the runtime's multiplication reaches. */
export async function measureSquareProduct(size: number, runs: number, options: SessionOptions): Promise<number> {
  const bare = await BareProduct.create({ batch: 1, m: size, k: size, n: size, transA: false, transB: false }, options);
  for (let i = 0; i < runs; i++) await bare.run();
  await bare.close();
  return rounded(bare.gigaflopsPerSecond);
}

const LINE = 4096;

/** Graphs that read a [rows, LINE] tensor once and return one number a line; which one is fastest depends on the processor. */
const READS = {
  sum: (g: GraphBuilder, rows: number) => g.reduceSum(g.input('x', 'float32', [rows, LINE]), [1]),
  max: (g: GraphBuilder, rows: number) => g.reduceMax(g.input('x', 'float32', [rows, LINE]), [1]),
} as const;

interface Way {
  readonly name: string;
  readonly probe: Probe;
  readonly timings: Timings;
}

/** Measures how fast memory is read: the best of several ways to pass once over an array far larger than the caches. */
export class MemoryReader {
  readonly #bytes: number;
  readonly #ways: readonly Way[];

  private constructor(bytes: number, ways: readonly Way[]) {
    this.#bytes = bytes;
    this.#ways = ways;
  }

  static async create(megabytes: number, options: SessionOptions): Promise<MemoryReader> {
    const rows = Math.ceil((megabytes * 1e6) / (4 * LINE));
    const x = float32([rows, LINE], filler(rows * LINE));
    const ways = [];
    for (const [name, build] of Object.entries(READS)) {
      const g = new GraphBuilder(`read_${name}`);
      g.output('y', build(g, rows));
      ways.push({ name, probe: await createProbe(g.build(), { x }, options), timings: new Timings() });
    }
    return new MemoryReader(x.data.byteLength, ways);
  }

  /** One pass in each way. */
  async pass(): Promise<void> {
    for (const { probe, timings } of this.#ways) await timings.time(probe.run);
  }

  get gigabytesPerSecond(): number {
    return rounded(Math.max(...this.#ways.map(({ timings }) => this.#bytes / timings.best / 1e6)));
  }

  get byWay(): Record<string, number> {
    return Object.fromEntries(this.#ways.map(({ name, timings }) => [name, rounded(this.#bytes / timings.best / 1e6)]));
  }

  async close(): Promise<void> {
    for (const { probe } of this.#ways) await probe.close();
  }
}

/** What a tensor costs on its way in and out, in ms per MB, for each way to call the runtime. */
export async function measureCrossings(megabytes: number, runs: number, options: SessionOptions) {
  const backends = nativeApi() instanceof Error ? (['js'] as const) : (['native', 'js'] as const);
  const found: Record<string, { feed_ms_per_mb: number; output_ms_per_mb: number; reused_output_ms_per_mb: number }> =
    {};
  for (const backend of backends) found[backend] = await crossing(megabytes, runs, { ...options, backend });
  return found;
}

async function crossing(megabytes: number, runs: number, options: SessionOptions) {
  const length = Math.round((megabytes * 1e6) / 4);
  const x = float32([length], filler(length));
  // reads one number of a large feed: what is left is the cost of handing it over
  const feed = new GraphBuilder('feed');
  feed.output('y', feed.slice(feed.input('x', 'float32', [length]), 0, 0, 1));
  // writes a large output in one cheap pass
  const output = new GraphBuilder('output');
  output.output('y', output.neg(output.input('x', 'float32', [length])));
  const timings = { feed: new Timings(), fresh: new Timings(), reused: new Timings() };
  const feeding = await Session.create(feed.build(), options);
  const returning = await Session.create(output.build(), options);
  const into = { y: new Float32Array(length) };
  for (let i = 0; i < runs; i++) {
    await timings.feed.time(() => feeding.run({ x }));
    await timings.fresh.time(() => returning.run({ x }));
    await timings.reused.time(() => returning.run({ x }, into));
  }
  await feeding.close();
  await returning.close();
  const perMegabyte = ({ median }: Timings) => rounded(median / megabytes);
  return {
    feed_ms_per_mb: perMegabyte(timings.feed),
    output_ms_per_mb: perMegabyte(timings.fresh),
    reused_output_ms_per_mb: perMegabyte(timings.reused),
  };
}
