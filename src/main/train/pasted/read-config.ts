/** A config as somebody has it at hand: JSON or YAML with TRL's names, a script's `DPOConfig(...)`, or a command line with flags. */
import { LineCounter, parseDocument } from 'yaml';
import { commandFlags } from './command-line.ts';
import { type PythonCall, pythonCalls } from './python-call.ts';
import type { Refused } from './sort-options.ts';

/** A pasted text is no data set. */
const LONGEST = 200_000;

export class PastedConfigError extends Error {
  readonly code = 'bad_config';
}

export interface PastedConfig {
  readonly form: 'yaml' | 'python' | 'flags';
  /** What the text says that it trains; null where it does not say. */
  readonly method: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  /** What could not be read. */
  readonly refused: readonly Refused[];
}

/** TRL's names of trainers, scripts and commands, without "Config" and in small letters. */
const METHODS: Readonly<Record<string, string>> = {
  sft: 'sft',
  reward: 'reward',
  reward_modeling: 'reward',
  dpo: 'dpo',
  onlinedpo: 'online_dpo',
  online_dpo: 'online_dpo',
  dpo_online: 'online_dpo',
  kto: 'kto',
  ppo: 'ppo',
  ppo_tldr: 'ppo',
  rloo: 'rloo',
  rloo_tldr: 'rloo',
};

const methodOf = (name: string): string | null => {
  const plain = name.toLowerCase();
  return Object.hasOwn(METHODS, plain) ? METHODS[plain] : null;
};

/** PEFT's LoraConfig under the names of TRL's ModelConfig. */
const LORA: Readonly<Record<string, string>> = {
  r: 'lora_r',
  target_modules: 'lora_target_modules',
  modules_to_save: 'lora_modules_to_save',
  task_type: 'lora_task_type',
};
/** Arguments of LoraConfig that leave an adapter as it is here. */
const PLAIN_LORA: Readonly<Record<string, unknown>> = { bias: 'none', init_lora_weights: true, inference_mode: false };

function ofLora({ values }: PythonCall): Record<string, unknown> {
  const kept = Object.entries(values).filter(([key, value]) => PLAIN_LORA[key] !== value);
  return { use_peft: true, ...Object.fromEntries(kept.map(([key, value]) => [LORA[key] ?? key, value])) };
}

const unreadable = (text: string): string => `"${text}" is worked out in the script; write the value itself`;

function fromPython(calls: readonly PythonCall[]): PastedConfig {
  const config = calls.find(({ name }) => methodOf(name.replace(/Config$/, '')) !== null);
  const plain = calls.filter(
    (call) => call === config || /^(?:Model|Script|Training)(?:Config|Arguments)$/.test(call.name),
  );
  const lora = calls.find(({ name }) => name === 'LoraConfig');
  const read = [...plain, ...(lora ? [lora] : [])];
  if (read.length === 0)
    throw new PastedConfigError(
      `none of ${calls.map(({ name }) => name).join(', ')} is read here: paste DPOConfig(…), KTOConfig(…), PPOConfig(…) or another of TRL's`,
    );
  const options = Object.assign({}, ...plain.map(({ values }) => values), lora ? ofLora(lora) : {});
  return {
    form: 'python',
    method: config ? methodOf(config.name.replace(/Config$/, '')) : null,
    options,
    refused: read.flatMap(({ name, unread }) =>
      unread.map(({ key, text }) => ({ key: key || name, value: text, because: unreadable(text) })),
    ),
  };
}

function fromFlags(text: string): PastedConfig {
  const { values, words } = commandFlags(text);
  // "trl dpo …" and "python examples/scripts/dpo.py …"
  const said = words
    .map((word) => methodOf(word.replace(/^.*[\\/]/, '').replace(/\.py$/, '')))
    .find((id) => id !== null);
  const { config, ...options } = values;
  const refused =
    config === undefined ? [] : [{ key: 'config', value: config, because: 'paste what that file holds as well' }];
  return { form: 'flags', method: said ?? null, options, refused };
}

function fromYaml(text: string): PastedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  if (error) {
    const { line } = lines.linePos(error.pos[0]);
    throw new PastedConfigError(`line ${line}: ${error.message.split('\n')[0].replace(/ at line .*$/, '')}`);
  }
  // aliases of YAML may stand for more than fits into memory
  const found: unknown = document.toJS({ maxAliasCount: 20 });
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new PastedConfigError(
      'expected options with their values: JSON, YAML, DPOConfig(…) of a script, or flags such as --beta 0.1',
    );
  const { method, ...options } = found as Record<string, unknown>;
  return {
    form: 'yaml',
    method: typeof method === 'string' ? (methodOf(method.replace(/-/g, '_')) ?? method) : null,
    options,
    refused: [],
  };
}

/** Throws PastedConfigError where nothing can be read, with the line where there is one. */
export function readPastedConfig(text: string): PastedConfig {
  if (text.trim() === '') throw new PastedConfigError('nothing was pasted');
  if (text.length > LONGEST)
    throw new PastedConfigError(`${text.length} characters were pasted; a config has at most ${LONGEST}`);
  const calls = pythonCalls(text);
  if (calls.length > 0) return fromPython(calls);
  if (/(?:^|\s)--[A-Za-z]/.test(text) && !/^\s*[{[]/.test(text)) return fromFlags(text);
  return fromYaml(text);
}
