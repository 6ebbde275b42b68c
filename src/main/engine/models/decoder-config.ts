/** What the families' config.json files have in common, read once; a family says where it departs from llama. */
import { type ConfigReader, type ModelConfig, readActivation, readPadId, UnsupportedModel } from './config.ts';
import { type RopeConfig, readRope, record } from './rope-config.ts';

/** Where a family's keys or transformers' defaults differ from llama's. */
export interface DecoderDefaults {
  readonly context?: number;
  /** None: as many as there are query heads. */
  readonly keyValueHeads?: number;
  /** None: hidden / heads. */
  readonly headSize?: number;
  readonly tiedHead?: boolean;
  readonly activationKey?: string;
  readonly activation?: string;
  /** Where a family has rotations of its own making. */
  readonly rope?: RopeConfig;
}

/** A decoder with RMS norms, rotation and a gated unit; everything a family adds is off. */
export function readDecoder(read: ConfigReader, family: string, defaults: DecoderDefaults = {}): ModelConfig {
  const vocabulary = read.size('vocab_size', 'vocabulary');
  const hidden = read.size('hidden_size', 'hidden');
  const layers = read.size('num_hidden_layers', 'layers');
  const heads = read.size('num_attention_heads', 'heads');
  // an absent key means the family's usual number, null as many as there are query heads
  const usualHeads = read.raw.num_key_value_heads === null ? heads : (defaults.keyValueHeads ?? heads);
  const keyValueHeads = read.size('num_key_value_heads', 'heads', usualHeads);
  const headSize = read.size('head_dim', 'hidden', defaults.headSize ?? Math.floor(hidden / heads));
  if (heads % keyValueHeads !== 0)
    throw new UnsupportedModel(`config.json: ${heads} attention heads cannot share ${keyValueHeads} key-value heads`);
  if (headSize % 2 !== 0) throw new UnsupportedModel(`config.json: head_dim ${headSize} is odd; RoPE needs pairs`);
  refuseBidirectional(read);
  refusePartialRotation(read);
  const rope = defaults.rope ?? readRope(read);
  if (rope.type === 'longrope' && rope.pairFactors.length !== headSize / 2)
    throw new UnsupportedModel(
      `config.json: RoPE scaling "longrope" has ${rope.pairFactors.length} factors, heads of ${headSize} have ${headSize / 2} pairs`,
    );
  return {
    family,
    vocabulary,
    hidden,
    layers,
    heads,
    keyValueHeads,
    headSize,
    intermediate: read.size('intermediate_size', 'intermediate'),
    context: read.size('max_position_embeddings', 'context', defaults.context ?? 2048),
    positionLimit: rope.reach,
    normEpsilon: read.number('rms_norm_eps', 1e-6),
    tiedHead: read.flag('tie_word_embeddings', defaults.tiedHead ?? false),
    qkvBias: read.flag('attention_bias', false),
    outputBias: read.flag('attention_bias', false),
    mlpBias: false,
    activation: readActivation(read, defaults.activationKey ?? 'hidden_act', defaults.activation ?? 'silu'),
    rope,
    rotarySize: headSize,
    ...readPlain(read, { vocabulary, layers, headSize }),
  };
}

/** The special tokens that config.json names, and what families add to attention, embedding and logits: nothing. */
export function readPlain(
  read: ConfigReader,
  { vocabulary, layers, headSize }: Pick<ModelConfig, 'vocabulary' | 'layers' | 'headSize'>,
) {
  return {
    windowRope: null,
    windows: new Array<number | null>(layers).fill(null),
    attentionScales: new Array<number>(layers).fill(1 / Math.sqrt(headSize)),
    attentionCap: null,
    logitCap: null,
    embeddingScale: 1,
    bosId: read.ids('bos_token_id')[0] ?? null,
    eosIds: read.ids('eos_token_id'),
    padId: readPadId(read, vocabulary),
    raw: read.raw,
  };
}

function refuseBidirectional(read: ConfigReader): void {
  if (read.flag('use_bidirectional_attention', false))
    throw new UnsupportedModel('config.json: use_bidirectional_attention is not supported: a decoder looks back only');
}

function refusePartialRotation({ raw }: ConfigReader): void {
  for (const found of [raw, record(raw, 'rope_parameters'), record(raw, 'rope_scaling')]) {
    const factor = found.partial_rotary_factor ?? 1;
    if (factor !== 1)
      throw new UnsupportedModel(
        `config.json: partial_rotary_factor ${JSON.stringify(factor)} is supported in gpt_neox only, found in ${JSON.stringify(raw.model_type)}`,
      );
  }
}

/** `layer_types`: which layers see a window of `size` tokens; `otherwise` tells it where the key is absent. Throws where one has none to see. */
export function readWindows(
  { raw }: ConfigReader,
  layers: number,
  size: number | null,
  otherwise: (layer: number) => boolean,
): (number | null)[] {
  const usual = () => Array.from({ length: layers }, (_, i) => (otherwise(i) ? 'sliding_attention' : 'full_attention'));
  const types: unknown = raw.layer_types ?? usual();
  if (!Array.isArray(types) || types.length !== layers)
    throw new UnsupportedModel(`config.json: "layer_types" must name ${layers} layers, found ${JSON.stringify(types)}`);
  return types.map((type: unknown, layer) => {
    if (type === 'full_attention') return null;
    if (type !== 'sliding_attention')
      throw new UnsupportedModel(
        `config.json: layer_types[${layer}] ${JSON.stringify(type)} is not supported; supported: full_attention, sliding_attention`,
      );
    if (size === null)
      throw new UnsupportedModel(`config.json: layer ${layer} has sliding attention, but there is no sliding_window`);
    return size;
  });
}

/** `sliding_window`: tokens that a token sees, itself included; null where none is meant. */
export function readWindow(read: ConfigReader, otherwise: number | null): number | null {
  const size = read.optional('sliding_window', otherwise);
  if (size !== null && !Number.isInteger(size))
    throw new UnsupportedModel(`config.json: "sliding_window" must be a whole number of tokens, found ${size}`);
  return size;
}
