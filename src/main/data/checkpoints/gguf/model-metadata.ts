/** What a GGUF file says of a model besides its tensors and its tokenizer: the other way of read.ts. */
import type { GgufFamily, WrittenConfig, WrittenRope } from './families/family.ts';
import { usualAttention } from './rope.ts';
import type { Entry } from './write.ts';

/** llama.cpp's `general.file_type`. */
const FILE_TYPES: Readonly<Record<string, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

export function modelMetadata(
  family: GgufFamily,
  config: WrittenConfig,
  type: string,
  about: Readonly<Record<string, string>>,
): Map<string, Entry> {
  const own = (key: string, entry: Entry): [string, Entry] => [`${family.id}.${key}`, entry];
  return new Map<string, Entry>([
    ['general.architecture', { text: family.id }],
    ['general.type', { text: 'model' }],
    ...Object.entries(about).map(([key, text]): [string, Entry] => [`general.${key}`, { text }]),
    ['general.file_type', { u32: FILE_TYPES[type] ?? 0 }],
    ['general.quantization_version', { u32: 2 }],
    own('vocab_size', { u32: config.vocabulary }),
    own('context_length', { u32: config.context }),
    own('embedding_length', { u32: config.hidden }),
    own('block_count', { u32: config.layers }),
    own('feed_forward_length', { u32: config.intermediate }),
    own('attention.head_count', { u32: config.heads }),
    own('attention.head_count_kv', { u32: config.keyValueHeads }),
    own('attention.key_length', { u32: config.headSize }),
    own('attention.value_length', { u32: config.headSize }),
    own('attention.layer_norm_rms_epsilon', { f32: config.normEpsilon }),
    ...(config.rope === null
      ? []
      : ropeMetadata(config.rope, config.rotarySize).map(([key, entry]) => own(key, entry))),
    ...(family.metadata?.(config) ?? []).map(([key, entry]) => own(key, entry)),
  ]);
}

const ropeMetadata = (rope: WrittenRope, rotarySize: number): [string, Entry][] => [
  ['rope.dimension_count', { u32: rotarySize }],
  ['rope.freq_base', { f32: rope.theta }],
  ...ropeScaling(rope).map(([key, entry]): [string, Entry] => [`rope.scaling.${key}`, entry]),
];

/** llama3 and longrope need no type: their factors are a tensor. */
function ropeScaling({ type, factor, originalContext, attentionFactor }: WrittenRope): [string, Entry][] {
  if (type === 'linear')
    return [
      ['type', { text: 'linear' }],
      ['factor', { f32: factor }],
    ];
  if (type !== 'yarn') return attentionFactor === 1 ? [] : [['attn_factor', { f32: attentionFactor }]];
  const usual = usualAttention(factor);
  return [
    ['type', { text: 'yarn' }],
    ['factor', { f32: factor }],
    ['original_context_length', { u32: originalContext }],
    ...(Math.abs(attentionFactor - usual) < 1e-6
      ? []
      : ([['attn_factor', { f32: attentionFactor / usual }]] as [string, Entry][])),
  ];
}
