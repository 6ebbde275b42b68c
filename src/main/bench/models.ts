/** The models that are measured: shapes of known models, filled with noise. */
import { createRandom } from '../base/random.ts';
import { elementCount } from '../engine/graph/value.ts';
import { architectureOf } from '../engine/models/index.ts';
import { type LanguageModel, loadLanguageModel } from '../engine/models/language-model.ts';

export interface BenchModel {
  readonly name: string;
  /** A config.json. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** 8.4M parameters: six layers, 256 wide. */
export const TRAINED: BenchModel = {
  name: 'llama, 6 layers, 256 wide, vocabulary 4096',
  config: {
    model_type: 'llama',
    vocab_size: 4096,
    hidden_size: 256,
    num_hidden_layers: 6,
    num_attention_heads: 8,
    num_key_value_heads: 8,
    intermediate_size: 1024,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
};

/** The shapes of SmolLM2-135M. */
export const DECODED: BenchModel = {
  name: 'llama, 135M parameters (30 layers, 576 wide, vocabulary 49152, tied head)',
  config: {
    model_type: 'llama',
    vocab_size: 49152,
    hidden_size: 576,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
};

/** For `--quick`: everything runs, nothing is worth quoting. */
export const TINY: BenchModel = {
  name: 'llama, 2 layers, 64 wide, vocabulary 512',
  config: {
    model_type: 'llama',
    vocab_size: 512,
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 128,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
};

const BLOCK = 65_536;

/** Weights from one block of normal(0, 0.02) noise, repeated: speed does not depend on them, and 135M draws would take seconds. */
export function noiseModel({ config }: BenchModel, seed = 1): LanguageModel {
  const architecture = architectureOf(config);
  const specs = new Map(architecture.parameters(architecture.readConfig(config)).map((spec) => [spec.name, spec]));
  const random = createRandom(seed);
  const noise = Float32Array.from({ length: BLOCK }, () => 0.02 * random.normal());
  const shape = (name: string): readonly number[] => specs.get(name)?.shape ?? [];
  return loadLanguageModel(config, {
    names: () => [...specs.keys()],
    shape,
    float32: (name) => repeated(noise, elementCount(shape(name))),
  });
}

function repeated(block: Float32Array, length: number): Float32Array {
  const data = new Float32Array(length);
  for (let at = 0; at < length; at += block.length) data.set(block.subarray(0, length - at), at);
  return data;
}
