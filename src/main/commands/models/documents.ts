/** Models in the words of the command line. */
import type { StoredModel } from '../../../preload/contract/models.ts';

export const modelDocument = (model: StoredModel) => ({
  model: model.name,
  id: model.id,
  family: model.family,
  parameters: model.parameters,
  bytes: model.bytes,
  vocabulary: model.vocabulary,
  layers: model.layers,
  hidden: model.hidden,
  context: model.context,
  origin: model.origin,
  parent: model.parent,
  created_at: model.createdAt,
});

/** 260032 → "260K". */
export function shortCount(count: number): string {
  const [divisor, unit] = count >= 1e9 ? [1e9, 'B'] : count >= 1e6 ? [1e6, 'M'] : count >= 1e3 ? [1e3, 'K'] : [1, ''];
  return `${Number((count / divisor).toPrecision(3))}${unit}`;
}
