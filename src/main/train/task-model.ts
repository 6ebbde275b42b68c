/** A small model from scratch for a built-in task: a tokenizer trained on its demonstrations, and seeded random weights. */
import { createRandom } from '../base/random.ts';
import { writeModelFolder } from '../data/checkpoints/huggingface.ts';
import { bpeTokenizerJson, trainBpe } from '../data/tokenizers/bpe-trainer.ts';
import { initLanguageModel } from '../engine/models/language-model.ts';
import { SEPARATOR, type Task } from '../tasks/task.ts';

export interface TaskModelOptions {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediate: number;
  /** Upper bound: training stops earlier when nothing repeats any more. */
  readonly vocabulary: number;
  readonly seed: number;
}

/** 0.24 M parameters: enough for every built-in world. */
export const TASK_MODEL: TaskModelOptions = {
  hidden: 96,
  layers: 2,
  heads: 4,
  intermediate: 256,
  vocabulary: 512,
  seed: 1,
};

const END = '<|end|>';
const PAD = '<|pad|>';

export interface TaskDemonstration {
  readonly prompt: string;
  readonly completion: string;
}

/** `n` demonstrations of mixed quality on distinct training prompts. The completion begins with the separator, so that prompt + completion is the text. */
export function taskDemonstrations(task: Task, n: number, seed: number): TaskDemonstration[] {
  const random = createRandom(seed).fork('demonstrations');
  return task.prompts('train', n, seed).map((prompt) => ({
    prompt,
    completion: SEPARATOR + task.demonstration(prompt, random).completion,
  }));
}

/** Writes the model folder; returns its number of tokens in the vocabulary. */
export function writeTaskModel(
  path: string,
  demonstrations: readonly TaskDemonstration[],
  options = TASK_MODEL,
): number {
  const specialTokens = [PAD, END];
  const trained = trainBpe(
    demonstrations.map((d) => d.prompt + d.completion),
    { vocabularySize: options.vocabulary, specialTokens, minFrequency: 2 },
  );
  const longest = Math.max(...demonstrations.map((d) => d.prompt.length + d.completion.length));
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: trained.vocabulary.size,
    hidden_size: options.hidden,
    intermediate_size: options.intermediate,
    num_hidden_layers: options.layers,
    num_attention_heads: options.heads,
    num_key_value_heads: options.heads,
    head_dim: options.hidden / options.heads,
    max_position_embeddings: Math.max(128, longest),
    rms_norm_eps: 1e-6,
    rope_parameters: { rope_theta: 10_000, rope_type: 'default' },
    tie_word_embeddings: true,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    initializer_range: 0.05,
    bos_token_id: null,
    pad_token_id: specialTokens.indexOf(PAD),
    eos_token_id: specialTokens.indexOf(END),
    dtype: 'float32',
  };
  const model = initLanguageModel(config, options.seed);
  writeModelFolder(path, {
    config,
    tensors: new Map(
      model.specs.map(({ name, shape }) => [name, { shape, data: model.weights.get(name) ?? new Float32Array() }]),
    ),
    files: {
      'tokenizer.json': JSON.stringify(bpeTokenizerJson(trained, specialTokens)),
      'tokenizer_config.json': `${JSON.stringify({ eos_token: END, pad_token: PAD, tokenizer_class: 'PreTrainedTokenizerFast' }, null, 2)}\n`,
    },
  });
  return trained.vocabulary.size;
}
