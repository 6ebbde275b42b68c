/** A config in the file format of TRL's command line: the same names, minus what TRL does not have. */

/** Method → TRL's script. */
const SCRIPTS: Readonly<Record<string, string>> = {
  sft: 'sft',
  dpo: 'dpo',
  online_dpo: 'online_dpo',
  reward: 'reward',
  kto: 'kto',
  rloo: 'rloo',
  ppo: 'ppo',
};

/** Ours → theirs. */
const RENAMED: Readonly<Record<string, string>> = { model: 'model_name_or_path', dataset: 'dataset_name' };

/** What TRL's config has no place for. */
const OURS = ['method', 'tokenizer', 'shuffle', 'sample_prompts', 'sample_max_new_tokens', 'sample_temperature'];

export const hasTrlScript = (method: string): boolean => SCRIPTS[method] !== undefined;

type Entry = readonly [key: string, value: unknown];

/** 0 steps mean "never" here; there it is a strategy of its own. */
function withStrategy(name: 'eval' | 'save', value: unknown): readonly Entry[] {
  return value === 0
    ? [[`${name}_strategy`, 'no']]
    : [
        [`${name}_strategy`, 'steps'],
        [`${name}_steps`, value],
      ];
}

function translated(key: string, value: unknown): readonly Entry[] {
  if (OURS.includes(key) || value === undefined) return [];
  if (key === 'eval_steps') return withStrategy('eval', value);
  if (key === 'save_steps') return withStrategy('save', value);
  // TRL's conservative DPO is its sigmoid loss with label_smoothing
  if (key === 'loss_type') return [[key, value === 'cdpo' ? 'sigmoid' : value]];
  return [[RENAMED[key] ?? key, value]];
}

/** YAML of one value: JSON is YAML, and plain words stand without quotes. */
function yaml(value: unknown): string {
  if (typeof value === 'string' && /^[\w./@-]*[A-Za-z_][\w./@-]*$/.test(value) && !RESERVED.test(value)) return value;
  if (typeof value === 'number' && Math.abs(value) < 1e-4 && value !== 0)
    return value.toExponential().replace(/^(-?\d+)e/, '$1.0e');
  return JSON.stringify(value);
}

/** Words that YAML reads as something else than text. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** The whole file, with the command that reads it. */
export function trlConfig(config: Readonly<Record<string, unknown>>): string {
  const script = SCRIPTS[String(config.method)] ?? String(config.method);
  const lines = Object.entries(config)
    .flatMap(([key, value]) => translated(key, value))
    .map(([key, value]) => `${key}: ${yaml(value)}`);
  return `# trl ${script} --config this-file.yaml\n${lines.join('\n')}\n`;
}
