/** A language model as the graph that transformers.js runs: any number of new tokens over a cache that grows, with padding. */
import { GraphBuilder } from '../engine/graph/builder.ts';
import type { Graph } from '../engine/graph/value.ts';
import type { LayerCache, Weights } from '../engine/models/architecture.ts';
import { newPlaces, places } from '../engine/models/attention-kinds.ts';
import { type LanguageModel, weightConstants } from '../engine/models/language-model.ts';
import { MASKED } from '../engine/runtime/batch-feeds.ts';

/**
 * Inputs input_ids [B, T], attention_mask [B, P+T], position_ids [B, T], past_key_values.N.key and .value [B, Hkv, P, D]; outputs logits [B, T, vocabulary],
 * present.N.key and .value [B, Hkv, P+T, D].
 */
export function portableGraph(model: LanguageModel): Graph {
  const { architecture, config } = model;
  const { keyValueHeads, headSize, layers, vocabulary } = config;
  const g = new GraphBuilder('decoder');
  const weights: Weights = weightConstants(g, model);
  const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const width = 'total_sequence_length';
  const attended = g.input('attention_mask', 'int64', ['batch_size', width]);
  const positions = g.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  const past = Array.from({ length: layers }, (_, layer): LayerCache => {
    const input = (part: string) =>
      g.input(`past_key_values.${layer}.${part}`, 'float32', [
        'batch_size',
        keyValueHeads,
        'past_sequence_length',
        headSize,
      ]);
    return { key: input('key'), value: input('value') };
  });
  const later = g.indicator(g.greater(places(g, width), newPlaces(g, 'sequence_length', width))); // [T, W]
  const padding = g.sub(1, g.cast(attended, 'float32'));
  const hidden = g.add(later, g.reshape(padding, ['batch_size', 1, 1, 1, width]));
  const mask = g.mul(MASKED, hidden);
  const decoded = architecture.decode(g, config, weights, {
    ids,
    positions,
    mask,
    past,
    grows: true,
    maxPositions: config.context,
  });
  const logits = architecture.head(g, config, weights, decoded.hidden);
  g.output('logits', g.reshape(logits, ['batch_size', 'sequence_length', vocabulary]));
  decoded.present.forEach(({ key, value }, layer) => {
    g.output(`present.${layer}.key`, key);
    g.output(`present.${layer}.value`, value);
  });
  return g.build();
}
