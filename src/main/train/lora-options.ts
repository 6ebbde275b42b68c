/** Options of training an adapter instead of all weights, under the names of TRL's ModelConfig. */
import { z } from 'zod';
import { ALL_LINEAR } from '../engine/adapters/target-modules.ts';

const about = (title: string, description: string, more: { common?: boolean } = {}) => ({
  title,
  description,
  group: 'Adapter',
  ...more,
});

const names = z.array(z.string().min(1)).min(1);

/** Left out, a setting is TRL's default, or that of the adapter training starts from. */
export const loraOptions = {
  use_peft: z
    .boolean()
    .optional()
    .meta(about('LoRA', 'Trains small matrices beside the frozen weights: far less memory, files of a few megabytes.')),
  adapter: z
    .string()
    .min(1)
    .optional()
    .meta(
      about(
        'Start from adapter',
        'A LoRA adapter that is trained on; as it starts it is also the reference unless one is named.',
      ),
    ),
  lora_r: z.int().min(1).max(65_536).optional().meta(about('Rank', 'Width of the small matrices; 16 unless named.')),
  lora_alpha: z.number().positive().optional().meta(about('LoRA α', 'The adapter counts α/r times; 32 unless named.')),
  lora_dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .meta(
      about(
        'LoRA dropout',
        'Share of the numbers an adapter reads that SFT drops at random; off unless named. Preference methods train without dropout, as TRL does.',
      ),
    ),
  lora_target_modules: z
    .union([z.string().min(1), names])
    .optional()
    .meta(
      about(
        'Target modules',
        `Layers that get an adapter: names, a regular expression, or "${ALL_LINEAR}"; what PEFT has for the family when left out.`,
      ),
    ),
  lora_modules_to_save: names
    .optional()
    .meta(about('Whole modules', 'Modules trained whole and saved with the adapter.')),
  use_rslora: z
    .boolean()
    .optional()
    .meta(about('rsLoRA', 'The adapter counts α/√r times (2312.03732), so that large ranks learn as fast.')),
} as const;

export type LoraOptions = z.output<z.ZodObject<typeof loraOptions>>;
