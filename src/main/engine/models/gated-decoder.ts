/**
 * The skeleton that llama's descendants share: RMS norm, rotated grouped attention, gated unit, tied or untied head. A family is its config and
 * three traits.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import { product } from '../graph/dims.ts';
import type { Value } from '../graph/value.ts';
import { softCap } from './activations.ts';
import type { Architecture, ParameterSpec, Weights } from './architecture.ts';
import { attentionKinds } from './attention-kinds.ts';
import type { ModelConfig } from './config.ts';
import { attention, embed, gatedUnit, linear, rmsNorm } from './layers.ts';
import { matrix, vector } from './parameters.ts';
import { stackLayers } from './stack-layers.ts';

export interface GatedFamily
  extends Pick<Architecture, 'id' | 'title' | 'modelTypes' | 'classifierName' | 'readConfig'> {
  /** Each head of queries and keys goes through an RMS norm before it is rotated (2302.05442; Qwen 3, 2505.09388). */
  readonly headNorms?: boolean;
  /** What attention and the gated unit give is normalised before it is added (Gemma 2, 2408.00118). */
  readonly outputNorms?: boolean;
  /** Norms multiply by 1 + w (Gemma, 2403.08295). */
  readonly normsFromOne?: boolean;
}

const layer = (i: number, part: string) => `model.layers.${i}.${part}`;

/** Names of the norms before the unit and after it; without output norms transformers calls the one before the unit "post_attention". */
const normNames = (outputNorms: boolean | undefined) =>
  outputNorms
    ? { afterAttention: 'post_attention_layernorm', beforeUnit: 'pre_feedforward_layernorm' }
    : { afterAttention: null, beforeUnit: 'post_attention_layernorm' };

export function gatedDecoder(family: GatedFamily): Architecture {
  return {
    id: family.id,
    title: family.title,
    modelTypes: family.modelTypes,
    classifierName: family.classifierName,
    basePrefix: 'model.',
    embeddingName: 'model.embed_tokens',
    headName: 'lm_head',
    readConfig: family.readConfig,
    parameters: (config) => parameters(family, config),
    decode: (g, config, weights, input) => {
      const norm = (x: Value, name: string) => {
        const scale = weights(`${name}.weight`);
        return rmsNorm(g, x, family.normsFromOne ? g.add(1, scale) : scale, config.normEpsilon);
      };
      const kindOf = attentionKinds(g, config, input);
      const embedded = embed(g, weights('model.embed_tokens.weight'), input.ids, config.padId);
      const x = config.embeddingScale === 1 ? embedded : g.mul(config.embeddingScale, embedded);
      const { afterAttention, beforeUnit } = normNames(family.outputNorms);
      const decoded = stackLayers(g, config, input, x, (x, i) => {
        const part = (h: Value, name: string, biased: boolean) => project(g, weights, h, layer(i, name), biased);
        const h = norm(x, layer(i, 'input_layernorm'));
        const head = (name: string, count: number) => {
          const rows = part(h, `self_attn.${name}_proj`, config.qkvBias);
          if (!family.headNorms) return rows;
          const heads = g.reshape(rows, [product([rows.shape[0], count]), config.headSize]);
          return g.reshape(norm(heads, layer(i, `self_attn.${name}_norm`)), rows.shape);
        };
        const qkv = {
          q: head('q', config.heads),
          k: head('k', config.keyValueHeads),
          v: part(h, 'self_attn.v_proj', config.qkvBias),
        };
        const attended = attention(g, config, qkv, kindOf(i), input, input.past?.[i]);
        const output = part(attended.output, 'self_attn.o_proj', config.outputBias);
        const added = g.add(x, afterAttention ? norm(output, layer(i, afterAttention)) : output);
        const m = norm(added, layer(i, beforeUnit));
        const feed = (input: Value, name: string) => part(input, `mlp.${name}_proj`, config.mlpBias);
        const unit = feed(gatedUnit(g, config.activation, feed(m, 'gate'), feed(m, 'up')), 'down');
        const y = g.add(added, family.outputNorms ? norm(unit, layer(i, 'post_feedforward_layernorm')) : unit);
        return { x: y, present: attended.present };
      });
      return { hidden: norm(decoded.x, 'model.norm'), present: decoded.present };
    },
    head: (g, config, weights, hidden) =>
      softCap(
        g,
        linear(g, hidden, weights(config.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight')),
        config.logitCap,
      ),
  };
}

function project(g: GraphBuilder, weights: Weights, x: Value, name: string, biased: boolean): Value {
  return linear(g, x, weights(`${name}.weight`), biased ? weights(`${name}.bias`) : undefined);
}

function parameters(family: GatedFamily, config: ModelConfig): ParameterSpec[] {
  const { hidden, headSize, heads, keyValueHeads, intermediate, qkvBias, outputBias, mlpBias } = config;
  const dense = (name: string, out: number, into: number, bias = false) => matrix(config, name, [out, into], bias);
  const norm = (name: string, width = hidden) => vector(`${name}.weight`, width, family.normsFromOne ? 0 : 1);
  const { afterAttention, beforeUnit } = normNames(family.outputNorms);
  const layers = Array.from({ length: config.layers }, (_, i) => {
    const at = (part: string) => layer(i, part);
    return [
      norm(at('input_layernorm')),
      ...dense(at('self_attn.q_proj'), heads * headSize, hidden, qkvBias),
      ...dense(at('self_attn.k_proj'), keyValueHeads * headSize, hidden, qkvBias),
      ...dense(at('self_attn.v_proj'), keyValueHeads * headSize, hidden, qkvBias),
      ...(family.headNorms ? [norm(at('self_attn.q_norm'), headSize), norm(at('self_attn.k_norm'), headSize)] : []),
      ...dense(at('self_attn.o_proj'), hidden, heads * headSize, outputBias),
      ...(afterAttention ? [norm(at(afterAttention))] : []),
      norm(at(beforeUnit)),
      ...dense(at('mlp.gate_proj'), intermediate, hidden, mlpBias),
      ...dense(at('mlp.up_proj'), intermediate, hidden, mlpBias),
      ...dense(at('mlp.down_proj'), hidden, intermediate, mlpBias),
      ...(family.outputNorms ? [norm(at('post_feedforward_layernorm'))] : []),
    ];
  });
  return [
    ...dense('model.embed_tokens', config.vocabulary, hidden),
    ...layers.flat(),
    norm('model.norm'),
    ...(config.tiedHead ? [] : dense('lm_head', config.vocabulary, hidden)),
  ];
}
