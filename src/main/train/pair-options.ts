/** Options of every objective on preference pairs, under TRL's names: which losses, how they are weighed, how policy and reference are held together. */
import { z } from 'zod';
import { divergences } from '../engine/losses/f-divergence.ts';
import { preferenceLosses } from '../engine/losses/index.ts';
import type { PreferenceLoss } from '../engine/losses/preference.ts';
import { ConfigError } from './config.ts';

const lossNames = preferenceLosses.all.map((loss) => loss.id) as [string, ...string[]];
const divergenceNames = divergences.all.map((d) => d.id) as [string, ...string[]];

/** The losses' own options together; two losses must not share a name for different things. */
function ownParams(): z.ZodRawShape {
  const all: Record<string, z.ZodType> = {};
  for (const { id, params } of preferenceLosses.all)
    for (const [key, schema] of Object.entries(params)) {
      if (key in all) throw new Error(`loss ${id}: the option "${key}" belongs to another loss already`);
      all[key] = schema as z.ZodType;
    }
  return all;
}

/** With other choices of that option this one must stay at its default: the form says so before a run starts. */
interface UsedBy {
  readonly key: string;
  readonly choices: readonly string[];
}

const smoothingLosses = preferenceLosses.all.filter((loss) => loss.usesLabelSmoothing).map((loss) => loss.id);

const objective = (title: string, description: string, more: { common?: boolean; usedBy?: UsedBy } = {}) => ({
  title,
  description,
  group: 'Objective',
  ...more,
});

export const pairOptions = {
  beta: z
    .number()
    .positive()
    .default(0.1)
    .meta(
      objective('β', 'How strongly the policy is held to the reference: smaller lets it go further.', { common: true }),
    ),
  loss_type: z
    .union([z.enum(lossNames), z.array(z.enum(lossNames)).min(1)])
    .default('sigmoid')
    .meta(
      objective('Loss', 'sigmoid is DPO. cdpo and robust: labels may be wrong. Several are added with their weights.', {
        common: true,
      }),
    ),
  loss_weights: z
    .array(z.number())
    .optional()
    .meta(objective('Loss weights', 'One weight for each loss when several are added; 1 each when left out.')),
  label_smoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .meta(
      objective('Label smoothing', 'Probability that a label is wrong; for losses that use it.', {
        usedBy: { key: 'loss_type', choices: smoothingLosses },
      }),
    ),
  f_divergence_type: z
    .enum(divergenceNames)
    .default('reverse_kl')
    .meta(objective('Divergence', 'What holds policy and reference together; reverse_kl is DPO (f-DPO, 2309.16240).')),
  f_alpha_divergence_coef: z
    .number()
    .default(0.5)
    .meta(objective('Divergence α', 'Of alpha_divergence: 1 is the reverse KL.')),
  reference_free: z
    .boolean()
    .default(false)
    .meta(objective('Without reference', 'Every answer is equally likely under the reference; none is loaded.')),
  ld_alpha: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta(
      objective('LD-DPO α', "Weight of tokens beyond the shorter answer's length (2409.06411); 1 changes nothing."),
    ),
  rpo_alpha: z
    .number()
    .min(0)
    .optional()
    .meta(objective('RPO α', 'Adds this much SFT loss on the chosen answers (2404.19733).')),
  use_weighting: z
    .boolean()
    .default(false)
    .meta(objective('WPO weighting', 'Pairs count as much as the policy would write them (2406.11827).')),
  ...ownParams(),
};

export type PairOptions = z.output<z.ZodObject<typeof pairOptions>>;

export interface PairObjective {
  readonly losses: readonly { readonly loss: PreferenceLoss; readonly weight: number }[];
  readonly options: PairOptions;
}

/** The losses a config asks for. Throws ConfigError where an option has no use: TRL ignores some silently, which has misled people. */
export function pairObjective(options: PairOptions): PairObjective {
  const names = [options.loss_type].flat();
  const weights = options.loss_weights ?? names.map(() => 1);
  if (weights.length !== names.length)
    throw new ConfigError(`loss_weights has ${weights.length} entries for ${names.length} losses`);
  const losses = names.map((name, i) => ({ loss: preferenceLosses.get(name), weight: weights[i] }));
  if (options.rpo_alpha) losses.push({ loss: preferenceLosses.get('sft'), weight: options.rpo_alpha });
  const chosen = losses.map(({ loss }) => loss);
  if (options.label_smoothing > 0) checkSmoothing(chosen);
  if (options.f_divergence_type !== 'reverse_kl') checkDivergence(chosen, options.f_divergence_type);
  for (const loss of chosen) {
    const problem = loss.problem(options);
    if (problem) throw new ConfigError(problem);
  }
  return { losses, options };
}

function checkSmoothing(chosen: readonly PreferenceLoss[]): void {
  if (chosen.some((loss) => loss.usesLabelSmoothing)) return;
  throw new ConfigError(
    `${chosen[0].id} does not use label_smoothing. Choose a loss that does: ${smoothingLosses.join(', ')}, or set it to 0.`,
  );
}

function checkDivergence(chosen: readonly PreferenceLoss[], divergence: string): void {
  const unable = chosen.find((loss) => !loss.usesDivergence);
  if (!unable) return;
  const able = preferenceLosses.all.filter((loss) => loss.usesDivergence).map((loss) => loss.id);
  throw new ConfigError(
    `${unable.id} is defined by the reverse KL and cannot use f_divergence_type ${divergence}. Losses that can: ${able.join(', ')}.`,
  );
}
