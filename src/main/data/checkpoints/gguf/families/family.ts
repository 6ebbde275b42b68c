/** What a model family is in a GGUF file: its name there, its tensors' names, and how its metadata becomes a config.json. */
import type { Named } from '../../../../base/registry.ts';
import type { Fields } from '../fields.ts';
import type { GgufHeader } from '../header.ts';
import type { Entry } from '../write.ts';
import { type HeadSizes, neighbouring, type TensorLayout } from './layouts.ts';

/** A model as its file is written: what engine and file both call by these names. */
export interface WrittenConfig extends HeadSizes {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly context: number;
  readonly normEpsilon: number;
  readonly tiedHead: boolean;
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  readonly mlpBias: boolean;
  readonly activation: string;
  /** Per layer, how many tokens a token sees; null: all before it. */
  readonly windows: readonly (number | null)[];
  readonly attentionCap: number | null;
  readonly logitCap: number | null;
  readonly embeddingScale: number;
  /** null: learnt positions. */
  readonly rope: WrittenRope | null;
  /** Rotation of the layers with a window, where it is another one. */
  readonly windowRope: WrittenRope | null;
  readonly rotarySize: number;
  /** config.json. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface WrittenRope {
  readonly type: string;
  readonly theta: number;
  readonly factor: number;
  readonly originalContext: number;
  readonly attentionFactor: number;
  readonly interleaved: boolean;
}

/** A part of a model that llama.cpp does not compute under a family's name, and whether this model has it. */
export type OddPart = readonly [present: boolean, what: string];

/** A tensor that the file must have and the model has not: a copy of another one, or zeros. */
export interface FilledTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Hugging Face name of the one that is copied; undefined: zeros. */
  readonly from?: string;
}

/** vocabulary · hidden size · all query heads · all key (and value) heads · one head · units of the feed-forward layer */
export type Dimension = 'vocabulary' | 'hidden' | 'queries' | 'keys' | 'head' | 'units';

/** Names without ".weight" or ".bias", in the file and at Hugging Face; {i} is a layer's number. Then the shape of the weight, rows first; a bias has its rows. */
export type NamedPart = readonly [file: string, huggingFace: string, ...shape: Dimension[]];

/** Biases that come together: a file may hold some of them, the others are zero. */
export interface BiasGroup {
  /** What config.json calls the group; null where the family always has it. */
  readonly flag: string | null;
  /** Parts by their name in the file. */
  readonly parts: readonly string[];
}

/** `id` is general.architecture. */
export interface GgufFamily extends Named {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** `model_type`s of the models that are written as this family. */
  readonly writes: readonly string[];
  /** transformers' class of the language model. */
  readonly className: string;
  readonly names: readonly NamedPart[];
  /** Which biases there may be, where `names` has every part's shape: then the file's tensors are checked before any is read. */
  readonly biases?: readonly BiasGroup[];
  /** How a tensor, by its Hugging Face name, lies in the file; undefined: as at Hugging Face. */
  layout?(name: string, sizes: HeadSizes): TensorLayout | undefined;
  /** Keys of the file that other families have no part for, without the family's name: `config` reads them. */
  readonly ownKeys?: readonly string[];
  /** A part of each head may be rotated, the rest not. */
  readonly rotatesPartly?: boolean;
  /** What config.json has besides the fields every family shares; `shared` are those. An undefined value takes one of them away. */
  config(fields: Fields, header: GgufHeader, shared: SharedConfig): Readonly<Record<string, unknown>>;
  /** Metadata besides what every family has, without the family's name. */
  metadata?(config: WrittenConfig): readonly (readonly [key: string, entry: Entry])[];
  /** Parts of this model that the family's graph in llama.cpp lacks: it is refused by the first that is there. */
  odd(config: WrittenConfig): readonly OddPart[];
  /** The scale of attention scores that llama.cpp uses under this name: 1/√(head size) unless told otherwise. Another one is multiplied into the queries. */
  attentionScale?(config: WrittenConfig): number;
  /** Tensors that llama.cpp asks for although the model has none. */
  filled?(config: WrittenConfig): readonly FilledTensor[];
}

/** What every family's config.json is made of. */
export interface SharedConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rope_parameters: Readonly<Record<string, unknown>>;
}

/** Parts that none of the families has unless it says so. */
export const oddParts = {
  windows: ({ windows, context }: WrittenConfig): OddPart => [
    // one that no text fills changes nothing
    windows.some((window) => window !== null && window < context),
    'sliding windows',
  ],
  caps: ({ attentionCap, logitCap }: WrittenConfig): OddPart => [
    attentionCap !== null || logitCap !== null,
    'soft caps',
  ],
  embedding: ({ embeddingScale }: WrittenConfig): OddPart => [embeddingScale !== 1, 'scaled embeddings'],
  activation: ({ activation }: WrittenConfig, known: readonly string[]): OddPart => [
    !known.includes(activation),
    `the activation ${activation}`,
  ],
  outputBias: ({ outputBias }: WrittenConfig): OddPart => [outputBias, "biases on attention's output"],
  interleaved: ({ rope }: WrittenConfig): OddPart => [rope?.interleaved ?? false, 'interleaved rotation'],
};

/** Activation ids that are x · sigmoid(x). */
export const SILU: readonly string[] = ['silu', 'swish'];

/** Activation ids of GELU: llama.cpp has the tanh form alone, from a table of float16 values. */
export const TANH_GELU: readonly string[] = ['gelu_pytorch_tanh', 'gelu_new', 'gelu_fast', 'gelu_accurate'];
export const EXACT_GELU: readonly string[] = ['gelu', 'gelu_python'];

/** Key (behind the family's name) of the activation where it is exact: llama.cpp, which has none, does not look at it. */
const EXACT_ACTIVATION = 'hidden_act';

export const activationMetadata = ({ activation }: WrittenConfig): readonly (readonly [string, Entry])[] =>
  EXACT_GELU.includes(activation) ? [[EXACT_ACTIVATION, { text: activation }]] : [];

/** The activation of a family whose graph has GELU's tanh form: `usual` unless the file says that it was exact. */
export function activationOf(fields: Fields, id: string, usual: string): string {
  const exact = fields.optionalText(`${id}.${EXACT_ACTIVATION}`);
  if (exact === undefined || EXACT_GELU.includes(exact)) return exact ?? usual;
  return fields.fail(
    `the metadata "${id}.${EXACT_ACTIVATION}" must be one of ${EXACT_GELU.join(', ')}, found "${exact}"`,
  );
}

/** llama's rows of queries and keys. */
export const rotatedRows = (name: string, sizes: HeadSizes): TensorLayout | undefined =>
  /\.[qk]_proj\.(weight|bias)$/.test(name) ? neighbouring(sizes) : undefined;

export const ATTENTION_BIASES: BiasGroup = {
  flag: 'attention_bias',
  parts: ['blk.{i}.attn_q', 'blk.{i}.attn_k', 'blk.{i}.attn_v', 'blk.{i}.attn_output'],
};

/** The tensors of a decoder with gated units, as llama, qwen2 and qwen3 have them. */
export const DECODER_NAMES: readonly NamedPart[] = [
  ['token_embd', 'model.embed_tokens', 'vocabulary', 'hidden'],
  ['output_norm', 'model.norm', 'hidden'],
  ['output', 'lm_head', 'vocabulary', 'hidden'],
  ['blk.{i}.attn_norm', 'model.layers.{i}.input_layernorm', 'hidden'],
  ['blk.{i}.attn_q', 'model.layers.{i}.self_attn.q_proj', 'queries', 'hidden'],
  ['blk.{i}.attn_k', 'model.layers.{i}.self_attn.k_proj', 'keys', 'hidden'],
  ['blk.{i}.attn_v', 'model.layers.{i}.self_attn.v_proj', 'keys', 'hidden'],
  ['blk.{i}.attn_output', 'model.layers.{i}.self_attn.o_proj', 'hidden', 'queries'],
  ['blk.{i}.ffn_norm', 'model.layers.{i}.post_attention_layernorm', 'hidden'],
  ['blk.{i}.ffn_gate', 'model.layers.{i}.mlp.gate_proj', 'units', 'hidden'],
  ['blk.{i}.ffn_up', 'model.layers.{i}.mlp.up_proj', 'units', 'hidden'],
  ['blk.{i}.ffn_down', 'model.layers.{i}.mlp.down_proj', 'hidden', 'units'],
];

/** Norms on each head of queries and keys. */
export const HEAD_NORM_NAMES: readonly NamedPart[] = [
  ['blk.{i}.attn_q_norm', 'model.layers.{i}.self_attn.q_norm', 'head'],
  ['blk.{i}.attn_k_norm', 'model.layers.{i}.self_attn.k_norm', 'head'],
];

const LAYER = /(?<=^blk\.|^model\.layers\.|^transformer\.h\.|^gpt_neox\.layers\.)\d+(?=\.)/;

/** A tensor's name as the table has it, with {i}, and what is cut off: "blk.0.attn_q.bias" → blk.{i}.attn_q, 0, bias. */
export function partOf(name: string): { pattern: string; layer: string; suffix: string } | undefined {
  const match = /^(.+)\.(weight|bias)$/.exec(name);
  if (!match) return undefined;
  return { pattern: match[1].replace(LAYER, '{i}'), layer: LAYER.exec(match[1])?.[0] ?? '', suffix: match[2] };
}

/** A tensor's name on the other side, "blk.0.attn_q.weight" ↔ "model.layers.0.self_attn.q_proj.weight"; undefined when the family has no such part. */
export function translate(names: GgufFamily['names'], name: string, to: 'file' | 'huggingFace'): string | undefined {
  const part = partOf(name);
  if (!part) return undefined;
  const [from, into] = to === 'huggingFace' ? [0, 1] : [1, 0];
  const found = names.find((pair) => pair[from] === part.pattern)?.[into];
  return found === undefined ? undefined : `${found.replace('{i}', part.layer)}.${part.suffix}`;
}
