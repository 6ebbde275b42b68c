/** `plumb bench` in its smallest setting: every part runs, the document has the promised fields, nothing is left behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Timings } from '../../src/main/bench/timings.ts';
import { bench } from '../../src/main/commands/bench.ts';
import type { CommandContext } from '../../src/main/commands/command.ts';
import { resolveWorkspace } from '../../src/main/host/workspace.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
const before = process.env.TMPDIR;
beforeAll(() => {
  process.env.TMPDIR = folder;
});
afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true });
});

/** What a command may use; this one reads the signal and tells its progress. */
function context(signal = new AbortController().signal): CommandContext {
  const ignore = () => undefined;
  return {
    workspace: resolveWorkspace(folder),
    files: { worker: '', generator: '', rendererDir: '' },
    signal,
    progress: ignore,
    say: ignore,
    print: ignore,
    publish: ignore,
  };
}

const positive = expect.toSatisfy((x: number) => Number.isFinite(x) && x > 0, 'a positive number');

describe('plumb bench --quick', () => {
  it('measures training, generation and import', async () => {
    const document = await bench.run([], { quick: true, threads: '1' }, context());
    expect(document).toMatchObject({
      machine: { cores: positive, memory_bytes: positive },
      gemm_gflops: positive,
      memory_gb_per_s: positive,
      crossings: { js: { feed_ms_per_mb: positive, output_ms_per_mb: positive } },
      train: [
        {
          params: 106_816,
          batch: 2,
          length: 16,
          tokens_per_second: positive,
          gflops: positive,
          fraction_of_gemm: positive,
          peak_memory_bytes: positive,
        },
      ],
      generate: [
        {
          batch: 2,
          past: 8,
          ms_per_step: positive,
          tokens_per_second: positive,
          fraction_of_bandwidth: positive,
          ms_products: positive,
        },
      ],
      import: { rows: 1000, rows_per_second: positive },
    });
    expect(readdirSync(folder)).toEqual([]);
  }, 60_000);

  it('does one part when told', async () => {
    const document = await bench.run([], { quick: true, threads: '1', only: 'generate' }, context());
    expect(document).toMatchObject({ train: [], generate: [{ batch: 2 }] });
    expect(document).not.toHaveProperty('import');
  }, 60_000);

  it('stops when asked', async () => {
    const stopped = AbortSignal.abort();
    await expect(bench.run([], { quick: true, threads: '1' }, context(stopped))).rejects.toThrow(/abort/i);
  }, 60_000);
});

describe('Timings', () => {
  it('keeps the best and the median', async () => {
    const timings = new Timings();
    expect(() => timings.best).toThrow(RangeError);
    for (const ms of [30, 1, 60]) await timings.time(() => new Promise((resolve) => setTimeout(resolve, ms)));
    expect(timings.best).toBeLessThan(timings.median);
    expect(timings.median).toBeLessThan(Math.max(...timings.ms));
    expect(timings.best).toBeGreaterThan(0);
  });
});
