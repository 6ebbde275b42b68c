/** A small model from scratch for a built-in task: a token for each of its words, and seeded random weights. */
import { createRandom } from '../base/random.ts';
import { writeModelFolder } from '../data/checkpoints/huggingface.ts';
import { UNKNOWN, wordTokenizerJson } from '../data/tokenizers/word-level.ts';
import { initLanguageModel } from '../engine/models/language-model.ts';
import { SEPARATOR, type Task } from '../tasks/task.ts';

export interface TaskModelOptions {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly seed: number;
  /** Standard deviation of the matrices between embedding and head; 0.05 unless given. */
  readonly initializerRange?: number;
}

/** 0.25 M parameters: enough for every built-in world. */
export const TASK_MODEL: TaskModelOptions = {
  hidden: 96,
  layers: 2,
  heads: 4,
  intermediate: 256,
  seed: 1,
};

/** 0.06 M parameters, for answers of four symbols. */
const SMALL_MODEL: TaskModelOptions = { ...TASK_MODEL, hidden: 48, intermediate: 128 };

/** The shape that is enough for a task. */
export const taskModelOptions = (task: Task): TaskModelOptions => (task.id === 'enumerable' ? SMALL_MODEL : TASK_MODEL);

const END = '<|end|>';
const PAD = '<|pad|>';

export interface TaskDemonstration {
  readonly prompt: string;
  readonly completion: string;
}

/** A completion as rows of a dataset hold it: it begins with the separator, so that prompt + completion is the text. */
export const asCompletion = (completion: string): string => (completion === '' ? '' : SEPARATOR + completion);

/** `n` demonstrations of mixed quality on distinct training prompts. */
export function taskDemonstrations(task: Task, n: number, seed: number): TaskDemonstration[] {
  const random = createRandom(seed).fork('demonstrations');
  return task.prompts('train', n, seed).map((prompt) => ({
    prompt,
    completion: asCompletion(task.demonstration(prompt, random).completion),
  }));
}

/** Prompts that surely begin with every word a prompt can begin with. */
const FIRST_WORD_PROMPTS = 2000;

/** Writes the model folder; returns its number of tokens in the vocabulary. */
export function writeTaskModel(path: string, task: Task, options = taskModelOptions(task)): number {
  const prompts = task.prompts('train', FIRST_WORD_PROMPTS, 1);
  const first = [...new Set(prompts.map((prompt) => prompt.split(' ', 1)[0]))].sort();
  const longest = Math.max(...prompts.map((prompt) => prompt.split(' ').length)) + task.maxCompletionTokens;
  return writeWordModel(path, { words: task.words(), first, longest }, options);
}

export interface WordLanguage {
  readonly words: readonly string[];
  /** Words that texts begin with. */
  readonly first: readonly string[];
  /** Words of the longest text. */
  readonly longest: number;
}

/**
 * A llama from scratch that reads one token a word; returns the size of its vocabulary. A word enters with unit variance and the head starts at
 * 1/√width: references that start smaller and tied come out as good, but offline DPO on them falls apart (docs/results.md).
 */
export function writeWordModel(
  path: string,
  { words, first, longest }: WordLanguage,
  options: TaskModelOptions,
): number {
  const specialTokens = [PAD, END];
  const tokenizer = wordTokenizerJson(words, first, specialTokens);
  const vocabulary = specialTokens.length + 1 + words.length + first.length;
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: options.hidden,
    intermediate_size: options.intermediate,
    num_hidden_layers: options.layers,
    num_attention_heads: options.heads,
    num_key_value_heads: options.heads,
    head_dim: options.hidden / options.heads,
    max_position_embeddings: Math.max(128, longest),
    rms_norm_eps: 1e-6,
    rope_parameters: { rope_theta: 10_000, rope_type: 'default' },
    tie_word_embeddings: false,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    initializer_range: options.initializerRange ?? 0.05,
    bos_token_id: null,
    pad_token_id: specialTokens.indexOf(PAD),
    eos_token_id: specialTokens.indexOf(END),
    dtype: 'float32',
  };
  const model = initLanguageModel(config, options.seed, {
    'model.embed_tokens.weight': 1,
    'lm_head.weight': 1 / Math.sqrt(options.hidden),
  });
  writeModelFolder(path, {
    config,
    tensors: new Map(
      model.specs.map(({ name, shape }) => [name, { shape, data: model.weights.get(name) ?? new Float32Array() }]),
    ),
    files: {
      'tokenizer.json': JSON.stringify(tokenizer),
      'tokenizer_config.json': `${JSON.stringify({ eos_token: END, pad_token: PAD, unk_token: UNKNOWN, clean_up_tokenization_spaces: false, tokenizer_class: 'PreTrainedTokenizerFast' }, null, 2)}\n`,
    },
  });
  return vocabulary;
}
