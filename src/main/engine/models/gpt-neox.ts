/** GPT-NeoX and Pythia (2204.06745, 2304.01373): attention and unit side by side or in turn, a part of each head rotated, fused queries, keys and values. */
import { product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { activations } from './activations.ts';
import type { Architecture } from './architecture.ts';
import { attentionKinds } from './attention-kinds.ts';
import { ConfigReader, readActivation, UnsupportedModel } from './config.ts';
import { readPlain } from './decoder-config.ts';
import { attention, embed, layerNorm, linear } from './layers.ts';
import { matrix, vector } from './parameters.ts';
import { type RopeConfig, ropeFrom, scalingOf } from './rope-config.ts';
import { stackLayers } from './stack-layers.ts';

const layer = (i: number, part: string) => `gpt_neox.layers.${i}.${part}`;

/** How much of a head is rotated, and how: transformers 4 has rotary_pct and rotary_emb_base, 5 keeps both in rope_parameters. */
function readRotation(read: ConfigReader, headSize: number): { rope: RopeConfig | null; rotarySize: number } {
  const scaling = scalingOf(read.raw);
  const share = new ConfigReader(scaling).number('partial_rotary_factor', read.number('rotary_pct', 0.25));
  const rotarySize = Math.floor(headSize * share);
  if (share < 0 || share > 1 || rotarySize % 2 !== 0)
    throw new UnsupportedModel(
      `config.json: ${share} of a head's ${headSize} elements cannot be rotated in pairs (rotary_pct or partial_rotary_factor)`,
    );
  const rope = rotarySize === 0 ? null : ropeFrom(read, scaling, read.positive('rotary_emb_base', 10_000));
  return { rope, rotarySize };
}

function readSizes(read: ConfigReader) {
  const hidden = read.size('hidden_size', 'hidden');
  const heads = read.size('num_attention_heads', 'heads');
  if (hidden % heads !== 0)
    throw new UnsupportedModel(`config.json: hidden_size ${hidden} cannot be shared by ${heads} heads`);
  return {
    vocabulary: read.size('vocab_size', 'vocabulary'),
    hidden,
    layers: read.size('num_hidden_layers', 'layers'),
    heads,
    headSize: hidden / heads,
    intermediate: read.size('intermediate_size', 'intermediate'),
    context: read.size('max_position_embeddings', 'context', 2048),
  };
}

/** Whether attention and unit both read the layer's input. */
const isParallel = (raw: Readonly<Record<string, unknown>>) =>
  new ConfigReader(raw).flag('use_parallel_residual', true);

export const gptNeox: Architecture = {
  id: 'gpt_neox',
  title: 'GPT-NeoX',
  modelTypes: ['gpt_neox'],
  classifierName: 'GPTNeoX',
  basePrefix: 'gpt_neox.',
  embeddingName: 'gpt_neox.embed_in',
  headName: 'embed_out',
  aliases: { 'lm_head.weight': 'embed_out.weight' },
  // the causal mask, which older checkpoints carry
  ignored: /\.attention\.(masked_)?bias$/,

  readConfig(raw) {
    const read = new ConfigReader(raw);
    const sizes = readSizes(read);
    const bias = read.flag('attention_bias', true);
    const rotation = readRotation(read, sizes.headSize);
    isParallel(raw);
    return {
      family: 'gpt_neox',
      ...sizes,
      keyValueHeads: sizes.heads,
      normEpsilon: read.number('layer_norm_eps', 1e-5),
      tiedHead: read.flag('tie_word_embeddings', false),
      qkvBias: bias,
      outputBias: bias,
      mlpBias: true,
      activation: readActivation(read, 'hidden_act', 'gelu'),
      ...rotation,
      positionLimit: rotation.rope?.reach ?? null,
      ...readPlain(read, sizes),
    };
  },

  parameters(config) {
    const { hidden, intermediate, qkvBias, outputBias } = config;
    const norm = (name: string) => [vector(`${name}.weight`, hidden, 1), vector(`${name}.bias`, hidden, 0)];
    const layers = Array.from({ length: config.layers }, (_, i) => [
      ...norm(layer(i, 'input_layernorm')),
      ...norm(layer(i, 'post_attention_layernorm')),
      ...matrix(config, layer(i, 'attention.query_key_value'), [3 * hidden, hidden], qkvBias),
      ...matrix(config, layer(i, 'attention.dense'), [hidden, hidden], outputBias),
      ...matrix(config, layer(i, 'mlp.dense_h_to_4h'), [intermediate, hidden], true),
      ...matrix(config, layer(i, 'mlp.dense_4h_to_h'), [hidden, intermediate], true),
    ]);
    return [
      ...matrix(config, 'gpt_neox.embed_in', [config.vocabulary, hidden]),
      ...layers.flat(),
      ...norm('gpt_neox.final_layer_norm'),
      ...(config.tiedHead ? [] : matrix(config, 'embed_out', [config.vocabulary, hidden])),
    ];
  },

  decode(g, config, weights, input) {
    const { heads, headSize, hidden } = config;
    const dense = (x: Value, name: string, biased = true) =>
      linear(g, x, weights(`${name}.weight`), biased ? weights(`${name}.bias`) : undefined);
    const norm = (x: Value, name: string) =>
      layerNorm(g, x, weights(`${name}.weight`), weights(`${name}.bias`), config.normEpsilon);
    const parallel = isParallel(config.raw);
    const kindOf = attentionKinds(g, config, input);
    const rows = product(input.ids.shape);
    const embedded = embed(g, weights('gpt_neox.embed_in.weight'), input.ids, null);
    const { x, present } = stackLayers(g, config, input, embedded, (x, i) => {
      // [B*T, 3·hidden] holds query, key and value of the first head, then of the second
      const fused = dense(norm(x, layer(i, 'input_layernorm')), layer(i, 'attention.query_key_value'), config.qkvBias);
      const parts = g.node('Split', [g.reshape(fused, [rows, heads, 3, headSize]), g.integers([1, 1, 1])], { axis: 2 });
      const [q, k, v] = parts.map((part) => g.reshape(part, [rows, hidden]));
      const attended = attention(g, config, { q, k, v }, kindOf(i), input, input.past?.[i]);
      const added = g.add(x, dense(attended.output, layer(i, 'attention.dense'), config.outputBias));
      const unitInput = norm(parallel ? x : added, layer(i, 'post_attention_layernorm'));
      const inner = activations.get(config.activation).build(g, dense(unitInput, layer(i, 'mlp.dense_h_to_4h')));
      return { x: g.add(added, dense(inner, layer(i, 'mlp.dense_4h_to_h'))), present: attended.present };
    });
    return { hidden: norm(x, 'gpt_neox.final_layer_norm'), present };
  },

  head: (g, config, weights, hidden) =>
    linear(g, hidden, weights(config.tiedHead ? 'gpt_neox.embed_in.weight' : 'embed_out.weight')),
};
