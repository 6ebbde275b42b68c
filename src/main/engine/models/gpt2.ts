/** GPT-2 (Radford et al., 2019): learnt positions, layer norms before each part, plain unit, matrices stored as [in, out], tied head. */
import { product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { activations } from './activations.ts';
import type { Architecture } from './architecture.ts';
import { attentionKinds } from './attention-kinds.ts';
import { ConfigReader, readActivation, UnsupportedModel } from './config.ts';
import { readPlain } from './decoder-config.ts';
import { attention, embed, layerNorm, linear } from './layers.ts';
import { initialStd, matrix, vector } from './parameters.ts';
import { stackLayers } from './stack-layers.ts';

const layer = (i: number, part: string) => `transformer.h.${i}.${part}`;

/** transformers knows GPT-2's sizes by the names of other families, too. */
const NAMES = [
  ['n_embd', 'hidden_size'],
  ['n_layer', 'num_hidden_layers'],
  ['n_head', 'num_attention_heads'],
  ['n_positions', 'max_position_embeddings'],
] as const;

function readSizes(raw: Readonly<Record<string, unknown>>) {
  const named = Object.fromEntries(NAMES.map(([own, common]) => [own, raw[own] ?? raw[common]]));
  const read = new ConfigReader({ ...raw, ...named });
  const hidden = read.size('n_embd', 'hidden', 768);
  const heads = read.size('n_head', 'heads', 12);
  if (hidden % heads !== 0)
    throw new UnsupportedModel(`config.json: n_embd ${hidden} cannot be shared by ${heads} heads`);
  return {
    vocabulary: read.size('vocab_size', 'vocabulary', 50_257),
    hidden,
    layers: read.size('n_layer', 'layers', 12),
    heads,
    headSize: hidden / heads,
    intermediate: read.size('n_inner', 'intermediate', 4 * hidden),
    context: read.size('n_positions', 'context', 1024),
  };
}

export const gpt2: Architecture = {
  id: 'gpt2',
  title: 'GPT-2',
  modelTypes: ['gpt2'],
  classifierName: 'GPT2',
  basePrefix: 'transformer.',
  embeddingName: 'transformer.wte',
  headName: 'lm_head',
  // the causal mask, which older checkpoints carry
  ignored: /\.attn\.(masked_)?bias$/,

  readConfig(raw) {
    const read = new ConfigReader(raw);
    if (read.flag('add_cross_attention', false))
      throw new UnsupportedModel('config.json: add_cross_attention is not supported: there is no encoder here');
    const sizes = readSizes(raw);
    const scaled = read.flag('scale_attn_weights', true) ? 1 / Math.sqrt(sizes.headSize) : 1;
    const byLayer = read.flag('scale_attn_by_inverse_layer_idx', false);
    return {
      family: 'gpt2',
      ...sizes,
      keyValueHeads: sizes.heads,
      positionLimit: sizes.context,
      normEpsilon: read.number('layer_norm_epsilon', 1e-5),
      tiedHead: read.flag('tie_word_embeddings', true),
      qkvBias: true,
      outputBias: true,
      mlpBias: true,
      activation: readActivation(read, 'activation_function', 'gelu_new'),
      rope: null,
      rotarySize: 0,
      ...readPlain(read, sizes),
      attentionScales: Array.from({ length: sizes.layers }, (_, i) => scaled / (byLayer ? i + 1 : 1)),
    };
  },

  parameters(config) {
    const { hidden, intermediate } = config;
    // what is added to the residual starts smaller, the deeper the model
    const residualStd = initialStd(config) / Math.sqrt(2 * config.layers);
    const dense = (name: string, into: number, out: number, std = initialStd(config)) =>
      matrix(config, name, [into, out], true, { out, std });
    const norm = (name: string) => [vector(`${name}.weight`, hidden, 1), vector(`${name}.bias`, hidden, 0)];
    const layers = Array.from({ length: config.layers }, (_, i) => [
      ...norm(layer(i, 'ln_1')),
      ...dense(layer(i, 'attn.c_attn'), hidden, 3 * hidden),
      ...dense(layer(i, 'attn.c_proj'), hidden, hidden, residualStd),
      ...norm(layer(i, 'ln_2')),
      ...dense(layer(i, 'mlp.c_fc'), hidden, intermediate),
      ...dense(layer(i, 'mlp.c_proj'), intermediate, hidden, residualStd),
    ]);
    return [
      ...matrix(config, 'transformer.wte', [config.vocabulary, hidden]),
      ...matrix(config, 'transformer.wpe', [config.context, hidden]),
      ...layers.flat(),
      ...norm('transformer.ln_f'),
      ...(config.tiedHead ? [] : matrix(config, 'lm_head', [config.vocabulary, hidden])),
    ];
  },

  decode(g, config, weights, input) {
    const dense = (x: Value, name: string) =>
      linear(g, x, weights(`${name}.weight`), weights(`${name}.bias`), 'in-out');
    const norm = (x: Value, name: string) =>
      layerNorm(g, x, weights(`${name}.weight`), weights(`${name}.bias`), config.normEpsilon);
    const activate = (x: Value) => activations.get(config.activation).build(g, x);
    const kindOf = attentionKinds(g, config, input);
    const sizes = g.integers([config.hidden, config.hidden, config.hidden]);
    const flat = g.reshape(input.positions, [product(input.positions.shape)]);
    const embedded = g.add(
      embed(g, weights('transformer.wte.weight'), input.ids, null),
      g.gather(weights('transformer.wpe.weight'), flat),
    );
    const { x, present } = stackLayers(g, config, input, embedded, (x, i) => {
      const fused = dense(norm(x, layer(i, 'ln_1')), layer(i, 'attn.c_attn'));
      const [q, k, v] = g.node('Split', [fused, sizes], { axis: 1 });
      const attended = attention(g, config, { q, k, v }, kindOf(i), input, input.past?.[i]);
      const added = g.add(x, dense(attended.output, layer(i, 'attn.c_proj')));
      const inner = activate(dense(norm(added, layer(i, 'ln_2')), layer(i, 'mlp.c_fc')));
      return { x: g.add(added, dense(inner, layer(i, 'mlp.c_proj'))), present: attended.present };
    });
    return { hidden: norm(x, 'transformer.ln_f'), present };
  },

  head: (g, config, weights, hidden) =>
    linear(g, hidden, weights(config.tiedHead ? 'transformer.wte.weight' : 'lm_head.weight')),
};
