/** `plumb bench`: how fast this machine trains, generates and imports, and how near that is to what it can do. */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { onnxruntimeVersion } from '../host/version.ts';
import { type CommandContext, defineCommand } from './command.ts';

const PARTS = ['train', 'generate', 'import'] as const;
type Part = (typeof PARTS)[number];

/** Sizes of a measurement worth quoting, and of one that only shows that everything runs. */
const FULL = { memoryMb: 256, squareSize: 1024, crossingMb: 16, runs: 20, rounds: 15, steps: 25, pairs: 100_000 };
const QUICK = { memoryMb: 8, squareSize: 128, crossingMb: 1, runs: 3, rounds: 2, steps: 2, pairs: 1000 };

export const bench = defineCommand({
  id: 'bench',
  summary: 'Measure this machine: matrix products, memory, training, generation, import.',
  examples: ['plumb bench', 'plumb bench --only train --json -', 'plumb bench --only import', 'plumb bench --quick'],
  configure(command) {
    command
      .addOption(new Option('--only <part>', 'one part instead of all').choices(PARTS))
      .option('--quick', 'tiny sizes: shows that everything runs, numbers not worth quoting')
      .option('--threads <n>', 'threads of one operator; 0 = all cores', '0');
  },
  async run(_args, options, context) {
    const parts: readonly Part[] = options.only === undefined ? PARTS : [options.only as Part];
    // named, so that small products are measured with as many threads as large ones
    const threads = Number(options.threads) || availableParallelism();
    return measure(parts, options.quick === true, threads, context);
  },
  show(document: Awaited<ReturnType<typeof measure>>, { print }) {
    for (const line of linesOf(document)) print(line);
  },
});

async function measure(parts: readonly Part[], quick: boolean, threads: number, context: CommandContext) {
  const { describeMachine, measureCrossings, measureSquareProduct, MemoryReader } = await import('../bench/machine.ts');
  const size = quick ? QUICK : FULL;
  const options = { threads };
  const reader = await MemoryReader.create(size.memoryMb, options);
  for (let i = 0; i < size.runs; i++) await reader.pass();
  const square = await measureSquareProduct(size.squareSize, size.runs, options);
  const crossings = await measureCrossings(size.crossingMb, size.runs, options);
  context.signal.throwIfAborted();
  const trained = parts.includes('train') ? await train(quick, size.rounds, threads, context) : undefined;
  const generated = parts.includes('generate') ? await generate(quick, size.steps, threads, reader, context) : [];
  await reader.close();
  context.signal.throwIfAborted();
  const imported = parts.includes('import') ? await importPairs(size.pairs, context) : undefined;
  return {
    machine: { ...describeMachine(), onnxruntime: onnxruntimeVersion, threads },
    quick,
    gemm_gflops: trained?.gemm_gflops ?? square,
    gemm_square_gflops: square,
    gemm_shapes: trained?.products ?? [],
    memory_gb_per_s: reader.gigabytesPerSecond,
    memory_ways: reader.byWay,
    crossings,
    train: trained ? [trained.row] : [],
    generate: generated,
    ...(imported ? { import: imported } : {}),
  };
}

async function train(quick: boolean, rounds: number, threads: number, context: CommandContext) {
  const { benchTrain } = await import('../bench/train.ts');
  const { TINY, TRAINED } = await import('../bench/models.ts');
  const setting = quick
    ? { model: TINY, batch: 2, length: 16, rounds }
    : { model: TRAINED, batch: 8, length: 128, rounds };
  return benchTrain(setting, { threads }, (done) => {
    context.signal.throwIfAborted();
    context.progress(done, rounds, 'training rounds');
  });
}

type Reader = Parameters<typeof import('../bench/generate.ts').benchGenerate>[1];

async function generate(quick: boolean, steps: number, threads: number, reader: Reader, context: CommandContext) {
  const { benchGenerate } = await import('../bench/generate.ts');
  const { DECODED, TINY } = await import('../bench/models.ts');
  const setting = quick ? { model: TINY, batch: 2, past: 8, steps } : { model: DECODED, batch: 8, past: 256, steps };
  const row = await benchGenerate(setting, reader, { threads }, (done) => {
    context.signal.throwIfAborted();
    context.progress(done, steps, 'decoding steps');
  });
  return [row];
}

async function importPairs(pairs: number, context: CommandContext) {
  const { benchImport } = await import('../bench/import.ts');
  return benchImport(pairs, context.signal);
}

const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;

function linesOf(document: Awaited<ReturnType<typeof measure>>): string[] {
  const { machine, crossings } = document;
  return [
    `${machine.processor}, ${machine.cores} cores, ${(machine.memory_bytes / 2 ** 30).toFixed(0)} GB; node ${machine.node}, onnxruntime ${machine.onnxruntime} (${machine.backend})`,
    `matrix products ${document.gemm_gflops.toFixed(0)} GFLOP/s (square ${document.gemm_square_gflops.toFixed(0)}), memory ${document.memory_gb_per_s.toFixed(1)} GB/s`,
    ...Object.entries(crossings).map(
      ([backend, cost]) =>
        `${backend} API: a feed costs ${cost.feed_ms_per_mb} ms per MB, an output ${cost.output_ms_per_mb} (into an array used before: ${cost.reused_output_ms_per_mb})`,
    ),
    ...document.train.map(
      (row) =>
        `train ${row.model}, ${row.batch} × ${row.length}: ${row.ms_forward_backward} ms forward and backward, ${row.gflops} GFLOP/s = ${percent(row.fraction_of_gemm)} of bare products; optimiser ${row.ms_optimiser} ms = ${percent(row.optimiser_share)} of that; ${row.tokens_per_second} tokens/s`,
    ),
    ...document.generate.map(
      (row) =>
        `generate ${row.model}, batch ${row.batch}, ${row.past} past tokens: ${row.ms_per_step} ms a step, ${row.tokens_per_second} tokens/s, ${percent(row.fraction_of_bandwidth)} of memory speed, its bare products alone ${row.ms_products} ms; opened in ${row.seconds_to_open} s`,
    ),
    ...(document.import
      ? [
          `import ${document.import.rows} pairs: ${document.import.seconds} s, ${document.import.rows_per_second} rows/s`,
        ]
      : []),
  ];
}
