/** generation_config.json: the tokens that end a completion, and what else it asks of a generation. */
import { CheckpointError } from './safetensors.ts';

type Json = Readonly<Record<string, unknown>>;

/** Ids under `eos_token_id`: a number or a list; undefined when it names none. Throws CheckpointError on anything else. */
export function endTokenIds({ eos_token_id: listed }: Json, where: string): number[] | undefined {
  if (listed === undefined || listed === null) return undefined;
  return [listed].flat().map((id) => {
    if (typeof id === 'number' && Number.isInteger(id)) return id;
    throw new CheckpointError(`${where}: "eos_token_id" must hold token ids, found ${JSON.stringify(listed)}`);
  });
}

interface Setting {
  readonly key: string;
  /** Values that change nothing, besides null. */
  readonly neutral: readonly unknown[];
  /** The option of `plumb generate` that does it. */
  readonly option?: string;
  /** Has no effect on a greedy run. */
  readonly drawing?: true;
}

const SETTINGS: readonly Setting[] = [
  { key: 'temperature', neutral: [1], option: '--temperature', drawing: true },
  { key: 'top_k', neutral: [0], option: '--top-k', drawing: true },
  { key: 'top_p', neutral: [1], option: '--top-p', drawing: true },
  { key: 'min_p', neutral: [0], option: '--min-p', drawing: true },
  { key: 'repetition_penalty', neutral: [1], option: '--repetition-penalty' },
  { key: 'stop_strings', neutral: [], option: '--stop' },
  { key: 'typical_p', neutral: [1], drawing: true },
  { key: 'epsilon_cutoff', neutral: [0], drawing: true },
  { key: 'eta_cutoff', neutral: [0], drawing: true },
  { key: 'top_h', neutral: [], drawing: true },
  { key: 'num_beams', neutral: [1] },
  { key: 'num_beam_groups', neutral: [1] },
  { key: 'penalty_alpha', neutral: [0] },
  { key: 'dola_layers', neutral: [] },
  { key: 'guidance_scale', neutral: [1] },
  { key: 'no_repeat_ngram_size', neutral: [0] },
  { key: 'min_length', neutral: [0] },
  { key: 'min_new_tokens', neutral: [0] },
  { key: 'bad_words_ids', neutral: [] },
  { key: 'sequence_bias', neutral: [] },
  { key: 'suppress_tokens', neutral: [] },
  { key: 'begin_suppress_tokens', neutral: [] },
  { key: 'forced_bos_token_id', neutral: [] },
  { key: 'forced_eos_token_id', neutral: [] },
  { key: 'exponential_decay_length_penalty', neutral: [] },
  { key: 'remove_invalid_values', neutral: [false] },
  { key: 'watermarking_config', neutral: [] },
];

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * What a model's files ask of a generation that goes by `given` options alone (flags as in `plumb generate`), a sentence each: transformers' generate
 * would do it unasked. Checkpoints without generation_config.json may have these settings in config.json.
 */
export function defaultsLeftOut(
  { generationConfig, config }: { readonly generationConfig: Json; readonly config: Json },
  given: { readonly greedy: boolean; readonly options: ReadonlySet<string> },
): string[] {
  const older = Object.keys(generationConfig).length === 0;
  const [file, values] = older ? ['config.json', config] : ['generation_config.json', generationConfig];
  return SETTINGS.filter(({ key, neutral, option, drawing }) => {
    const value = values[key];
    if (isNothing(value) || neutral.includes(value)) return false;
    return !(drawing && given.greedy) && !(option && given.options.has(option));
  }).map(({ key, option }) => {
    const value = JSON.stringify(values[key]);
    return option
      ? `${file} asks for ${key} ${value}, which is not applied unless it is given: ${option} ${value}`
      : `${file} asks for ${key} ${value}, which is not supported: transformers would complete otherwise`;
  });
}
