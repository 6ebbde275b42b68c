/** The llama family (2302.13971, 2307.09288): RMSNorm, RoPE, grouped queries, SwiGLU, tied or untied head. */
import type { Architecture, ParameterSpec } from './architecture.ts';
import { ConfigReader, readActivation, readPadId, readRope, UnsupportedModel } from './config.ts';
import { attention, embed, gatedUnit, linear, rmsNorm, rotation } from './layers.ts';

const layer = (i: number, part: string) => `model.layers.${i}.${part}`;

export const llama: Architecture = {
  id: 'llama',
  title: 'Llama',
  modelTypes: ['llama'],
  className: 'Llama',
  headName: 'lm_head',

  readConfig(raw) {
    const read = new ConfigReader(raw);
    const vocabulary = read.size('vocab_size', 'vocabulary');
    const hidden = read.size('hidden_size', 'hidden');
    const heads = read.size('num_attention_heads', 'heads');
    const keyValueHeads = read.size('num_key_value_heads', 'heads', heads);
    const headSize = read.size('head_dim', 'hidden', Math.floor(hidden / heads));
    if (heads % keyValueHeads !== 0)
      throw new UnsupportedModel(`config.json: ${heads} attention heads cannot share ${keyValueHeads} key-value heads`);
    if (headSize % 2 !== 0) throw new UnsupportedModel(`config.json: head_dim ${headSize} is odd; RoPE needs pairs`);
    return {
      family: 'llama',
      vocabulary,
      hidden,
      layers: read.size('num_hidden_layers', 'layers'),
      heads,
      keyValueHeads,
      headSize,
      intermediate: read.size('intermediate_size', 'intermediate'),
      context: read.size('max_position_embeddings', 'context', 2048),
      normEpsilon: read.number('rms_norm_eps', 1e-6),
      tiedHead: read.flag('tie_word_embeddings', false),
      attentionBias: read.flag('attention_bias', false),
      mlpBias: read.flag('mlp_bias', false),
      activation: readActivation(read),
      rope: readRope(read),
      bosId: read.ids('bos_token_id')[0] ?? null,
      eosIds: read.ids('eos_token_id'),
      padId: readPadId(read, vocabulary),
      raw,
    };
  },

  parameters(config) {
    const { hidden, headSize, heads, keyValueHeads, intermediate } = config;
    const std = typeof config.raw.initializer_range === 'number' ? config.raw.initializer_range : 0.02;
    const matrix = (name: string, out: number, into: number, bias = false): ParameterSpec[] => [
      { name: `${name}.weight`, shape: [out, into], decay: true, init: { std } },
      ...(bias ? [{ name: `${name}.bias`, shape: [out], decay: false, init: { value: 0 } }] : []),
    ];
    const norm = (name: string): ParameterSpec => ({
      name: `${name}.weight`,
      shape: [hidden],
      decay: false,
      init: { value: 1 },
    });
    const layers = Array.from({ length: config.layers }, (_, i) => [
      norm(layer(i, 'input_layernorm')),
      ...matrix(layer(i, 'self_attn.q_proj'), heads * headSize, hidden, config.attentionBias),
      ...matrix(layer(i, 'self_attn.k_proj'), keyValueHeads * headSize, hidden, config.attentionBias),
      ...matrix(layer(i, 'self_attn.v_proj'), keyValueHeads * headSize, hidden, config.attentionBias),
      ...matrix(layer(i, 'self_attn.o_proj'), hidden, heads * headSize, config.attentionBias),
      norm(layer(i, 'post_attention_layernorm')),
      ...matrix(layer(i, 'mlp.gate_proj'), intermediate, hidden, config.mlpBias),
      ...matrix(layer(i, 'mlp.up_proj'), intermediate, hidden, config.mlpBias),
      ...matrix(layer(i, 'mlp.down_proj'), hidden, intermediate, config.mlpBias),
    ]);
    return [
      ...matrix('model.embed_tokens', config.vocabulary, hidden),
      ...layers.flat(),
      norm('model.norm'),
      ...(config.tiedHead ? [] : matrix('lm_head', config.vocabulary, hidden)),
    ];
  },

  decode(g, config, weights, input) {
    const w = (i: number, part: string) => weights(layer(i, `${part}.weight`));
    const bias = (present: boolean, i: number, part: string) =>
      present ? weights(layer(i, `${part}.bias`)) : undefined;
    const tables = rotation(g, config, input.maxPositions);
    const present = [];
    let x = embed(g, weights('model.embed_tokens.weight'), input.ids, config.padId);
    for (let i = 0; i < config.layers; i++) {
      const project = (h: typeof x, part: string) =>
        linear(g, h, w(i, `self_attn.${part}`), bias(config.attentionBias, i, `self_attn.${part}`));
      const feed = (h: typeof x, part: string) =>
        linear(g, h, w(i, `mlp.${part}`), bias(config.mlpBias, i, `mlp.${part}`));
      const h = rmsNorm(g, x, w(i, 'input_layernorm'), config.normEpsilon);
      const qkv = { q: project(h, 'q_proj'), k: project(h, 'k_proj'), v: project(h, 'v_proj') };
      const attended = attention(g, config, qkv, tables, input, input.past?.[i]);
      present.push(attended.present);
      x = g.add(x, project(attended.output, 'o_proj'));
      const m = rmsNorm(g, x, w(i, 'post_attention_layernorm'), config.normEpsilon);
      x = g.add(x, feed(gatedUnit(g, config.activation, feed(m, 'gate_proj'), feed(m, 'up_proj')), 'down_proj'));
    }
    return { hidden: rmsNorm(g, x, weights('model.norm.weight'), config.normEpsilon), present };
  },

  head: (g, config, weights, hidden) =>
    linear(g, hidden, weights(config.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight')),
};
