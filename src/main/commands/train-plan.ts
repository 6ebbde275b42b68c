/** `plumb train --plan`: what a run will need, worked out and shown before anything is trained. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TrainControl } from '../train/method.ts';
import type { CommandContext } from './command.ts';
import { modelPath } from './model-options.ts';

/** Share of a step that is matrix products at the rate of a large one (SmolLM2-135M, measured); the rest is everything between them. */
const PRODUCTS_SHARE = 0.7;

export interface PlanDocument {
  readonly plan: {
    readonly method: string;
    readonly parameters: number;
    readonly trained: number;
    readonly sequences: number;
    readonly length: number;
    readonly memory: Readonly<Record<string, number>>;
    readonly peak_memory_bytes: number;
    readonly flops_per_step: number;
    readonly gemm_gflops: number;
    readonly seconds_per_step: number;
  };
}

/** Estimates at sequences of full length; the speed of this machine is measured with one large product. */
export async function planOf(
  config: Readonly<Record<string, unknown>>,
  baseFolder: string,
  threads: number,
  context: CommandContext,
): Promise<PlanDocument> {
  const { methodOf } = await import('../jobs/kinds/train.ts');
  const { planTraining } = await import('../train/plan.ts');
  const { matrixProducts, totalFlops } = await import('../bench/matrix-products.ts');
  const { measureSquareProduct } = await import('../bench/machine.ts');
  const method = methodOf(config);
  const control = quietControl(await modelsOf(config, baseFolder, context), baseFolder, context);
  const { graph, sizes, passesPerStep, memory, ...plan } = planTraining(method, config, control);
  const flops = passesPerStep * totalFlops(matrixProducts(graph, sizes));
  const rate = await measureSquareProduct(1024, 5, { threads });
  return {
    plan: {
      method: method.id,
      ...plan,
      memory: { ...memory },
      peak_memory_bytes: Object.values(memory).reduce((sum, bytes) => sum + bytes, 0),
      flops_per_step: flops,
      gemm_gflops: rate,
      seconds_per_step: flops / (rate * 1e9 * PRODUCTS_SHARE),
    },
  };
}

/** Names in the config that are models of the workspace → their folders. */
async function modelsOf(config: Readonly<Record<string, unknown>>, baseFolder: string, context: CommandContext) {
  const found = new Map<string, string>();
  for (const key of ['model', 'adapter']) {
    const name = config[key];
    if (typeof name === 'string' && !existsSync(resolve(baseFolder, name)))
      found.set(name, await modelPath(name, context));
  }
  return found;
}

const quietControl = (
  models: ReadonlyMap<string, string>,
  baseFolder: string,
  context: CommandContext,
): TrainControl => ({
  resolvePath: (name) => models.get(name) ?? resolve(baseFolder, name),
  emit(event) {
    if (event.type === 'log') context.say(event.text);
  },
  breathe: async () => undefined,
  stopRequested: () => context.signal.aborted,
  resume: false,
});

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

export function showPlan({ plan }: PlanDocument, { print }: CommandContext): void {
  print(`${plan.method}: ${plan.trained} of ${plan.parameters} weights are trained`);
  print(`a pass: ${plan.sequences} sequences of at most ${plan.length} tokens`);
  print(`peak memory at full length: about ${gigabytes(plan.peak_memory_bytes)}`);
  for (const [part, bytes] of Object.entries(plan.memory)) print(`  ${part.padEnd(12)} ${gigabytes(bytes)}`);
  print(`a step at full length: about ${plan.seconds_per_step.toPrecision(2)} s (${plan.gemm_gflops} GFLOP/s here)`);
}
