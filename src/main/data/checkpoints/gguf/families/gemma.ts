/** What gemma2 and gemma3 share in a GGUF file: norms from one, more norms, windows by a pattern of layers, a scale that follows from the model's size. */
import { CheckpointError } from '../../safetensors.ts';
import type { Fields } from '../fields.ts';
import type { Entry } from '../write.ts';
import {
  DECODER_NAMES,
  EXACT_GELU,
  type GgufFamily,
  oddParts,
  type SharedConfig,
  TANH_GELU,
  type WrittenConfig,
} from './family.ts';
import { fromOne } from './layouts.ts';

/** The norm before the unit is called otherwise where there is one behind attention, too. */
export const GEMMA_NAMES: GgufFamily['names'] = [
  ...DECODER_NAMES.filter(([file]) => file !== 'blk.{i}.ffn_norm'),
  ['blk.{i}.post_attention_norm', 'model.layers.{i}.post_attention_layernorm', 'hidden'],
  ['blk.{i}.ffn_norm', 'model.layers.{i}.pre_feedforward_layernorm', 'hidden'],
  ['blk.{i}.post_ffw_norm', 'model.layers.{i}.post_feedforward_layernorm', 'hidden'],
];

export const gemmaLayout: GgufFamily['layout'] = (name) => (/norm\.weight$/.test(name) ? fromOne : undefined);

export const gemmaOdd = (config: WrittenConfig) => [
  oddParts.activation(config, [...TANH_GELU, ...EXACT_GELU]),
  oddParts.outputBias(config),
  oddParts.interleaved(config),
];

/** llama.cpp tells the largest model, whose scale is another one, by its number of layers. */
export const gemmaScale =
  (layersOfLargest: number) =>
  ({ layers, hidden, heads, headSize }: Pick<WrittenConfig, 'layers' | 'hidden' | 'heads' | 'headSize'>): number =>
    1 / Math.sqrt(layers === layersOfLargest ? Math.floor(hidden / heads) : headSize);

/** `query_pre_attn_scalar` of config.json: scores are divided by its root. */
export const queryScalar = (scale: ReturnType<typeof gemmaScale>, shared: SharedConfig): number =>
  Math.round(
    scale({
      layers: shared.num_hidden_layers,
      hidden: shared.hidden_size,
      heads: shared.num_attention_heads,
      headSize: shared.head_dim,
    }) ** -2,
  );

/** Every `n`-th layer sees all. */
const usualPattern = (layers: number, n: number): boolean[] =>
  Array.from({ length: layers }, (_, layer) => (layer + 1) % n !== 0);

const PATTERN = 'attention.sliding_window_pattern';
const WINDOW = 'attention.sliding_window';
export const WINDOW_KEYS: readonly string[] = [PATTERN, WINDOW];

/** The window, and which layers have it where that is not the pattern that llama.cpp takes for granted. None where no layer has one. */
export function windowMetadata(
  { windows, layers }: Pick<WrittenConfig, 'windows' | 'layers'>,
  usual: number,
): [string, Entry][] {
  const sizes = [...new Set(windows.filter((window) => window !== null))];
  if (sizes.length === 0) return [];
  if (sizes.length > 1) throw new CheckpointError(`a GGUF file holds one sliding window, found ${sizes.join(' and ')}`);
  const pattern = windows.map((window) => window !== null);
  const isUsual = usualPattern(layers, usual).every((slides, layer) => slides === pattern[layer]);
  return [
    [WINDOW, { u32: sizes[0] }],
    ...(isUsual ? [] : ([[PATTERN, { i32s: pattern.map(Number) }]] as [string, Entry][])),
  ];
}

/** `sliding_window` and `layer_types` of config.json. */
export function windowsOf(
  fields: Fields,
  id: string,
  layers: number,
  { window, usual }: { window: number | undefined; usual: number },
): Record<string, unknown> {
  const size = fields.optionalCount(`${id}.${WINDOW}`) ?? window;
  const pattern = size ? patternOf(fields, `${id}.${PATTERN}`, layers, usual) : new Array<boolean>(layers).fill(false);
  return {
    sliding_window: size || null,
    layer_types: pattern.map((slides) => (slides ? 'sliding_attention' : 'full_attention')),
  };
}

function patternOf(fields: Fields, key: string, layers: number, usual: number): boolean[] {
  const value = fields.raw(key);
  if (!Array.isArray(value)) return usualPattern(layers, fields.optionalCount(key) ?? usual);
  if (value.length !== layers)
    fields.fail(`the metadata "${key}" has ${value.length} entries, the model has ${layers} layers`);
  return value.map((slides) => slides === true || slides === 1);
}
