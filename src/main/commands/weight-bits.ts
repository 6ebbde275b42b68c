/** `--weight-bits`: a model whose matrices are 8- or 4-bit codes, and what that changes. */
import type { Command } from 'commander';
import { generationForm } from '../engine/models/quantise-model.ts';
import type { QuantisedForm } from '../engine/models/quantised.ts';
import type { QuantisationReport } from '../evaluate/quantisation-report.ts';
import type { LoadedModel } from '../train/load-model.ts';
import { type CommandContext, UsageError } from './command.ts';
import { openModel } from './model-options.ts';

export const addWeightBits = (command: Command): Command =>
  command
    .option(
      '--weight-bits <n>',
      '8 or 4: hold matrices as codes of so many bits; what that changes is measured and told',
    )
    .option('--no-weight-check', 'do not measure it: the float32 weights are then never there as a whole');

function formOf(bits: unknown): QuantisedForm {
  if (bits !== '8' && bits !== '4') throw new UsageError(`--weight-bits takes 8 or 4, found ${String(bits)}`);
  return generationForm(bits === '8' ? 8 : 4);
}

export interface QuantisedWeights {
  readonly bits: number;
  readonly block_size: number;
  readonly zero: string;
  readonly compute: string;
  /** Of the matrices that became codes. */
  readonly bytes: number;
  readonly float32_bytes: number;
  /** What the codes change of the log-probabilities of built-in texts and of the prompts; null where it was not measured. */
  readonly change: QuantisationReport | null;
}

export interface OpenedModel {
  readonly loaded: LoadedModel;
  readonly weights?: QuantisedWeights;
}

/** The model that a command's options name, quantised where they ask for it; `prompts` are texts that it is checked on besides the built-in ones. */
export async function openWithBits(
  options: Readonly<Record<string, unknown>>,
  context: CommandContext,
  prompts: (tokenizer: LoadedModel['tokenizer']) => readonly (readonly number[])[],
): Promise<OpenedModel> {
  if (options.weightBits === undefined) return { loaded: await openModel(options, context) };
  const form = formOf(options.weightBits);
  const exact = options.weightCheck === false ? null : await exactPredictions(options, context, prompts);
  const loaded = await openModel(options, context, 'language', form);
  const matrices = [...(loaded.model.quantised?.values() ?? [])];
  const { quantisationReport } = await import('../evaluate/quantisation-report.ts');
  const total = (of: (matrix: (typeof matrices)[number]) => number) =>
    matrices.reduce((sum, matrix) => sum + of(matrix), 0);
  const weights: QuantisedWeights = {
    bits: form.bits,
    block_size: form.blockSize,
    zero: form.zero,
    compute: form.compute,
    bytes: total(
      ({ codes, scales, zeros, offsets }) =>
        codes.byteLength + scales.byteLength + (zeros?.byteLength ?? 0) + (offsets?.byteLength ?? 0),
    ),
    float32_bytes: total(({ out, into }) => 4 * out * into),
    change: exact && (await quantisationReport(exact, loaded.model)),
  };
  for (const line of linesOf(weights)) context.say(line);
  return { loaded, weights };
}

/** In a function of its own, so that the float32 model is gone when the quantised one is read. */
async function exactPredictions(
  options: Readonly<Record<string, unknown>>,
  context: CommandContext,
  prompts: (tokenizer: LoadedModel['tokenizer']) => readonly (readonly number[])[],
) {
  const { BUILT_IN_TEXTS, predict } = await import('../evaluate/quantisation-report.ts');
  const { model, tokenizer } = await openModel(options, context);
  const { context: most } = model.config;
  const texts = BUILT_IN_TEXTS.map((text) => tokenizer.encode(text).ids);
  return predict(
    model,
    [...texts, ...prompts(tokenizer)].map((ids) => ids.slice(0, most)),
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

function linesOf({ bits, bytes, float32_bytes, change }: QuantisedWeights): string[] {
  const head = `matrices as ${bits}-bit codes: ${megabytes(bytes)} instead of ${megabytes(float32_bytes)}`;
  if (!change) return [head];
  const nats = (value: number) => value.toPrecision(2);
  return [
    head,
    `against float32, over ${change.tokens} tokens of ${change.texts} texts: |Δ ln p| ${nats(change.mean_abs_logp_change)} a token, at most ${nats(change.largest_abs_logp_change)}; KL ${nats(change.mean_kl)} a token, at most ${nats(change.largest_kl)}; the likeliest token is the same for ${(100 * change.same_likeliest).toFixed(0)}%`,
  ];
}
