/** Adapters on one side of a matrix that embedding and head share: with PEFT the other side keeps the base's, so that they are two from there on. */
import type { LanguageModel } from '../models/language-model.ts';
import { type LoraConfig, UnsupportedAdapter } from './lora-config.ts';
import { isSaved, isTarget } from './target-modules.ts';

/**
 * The model with a head of its own where this adapter would change embedding or head of a tied one; else the model itself. The head is the embedding's array,
 * which nothing changes under an adapter. `tensors`: names that a saved adapter brings beside the config's. Throws UnsupportedAdapter for `ensure_weight_tying`.
 */
export function untiedFor(model: LanguageModel, config: LoraConfig, tensors: readonly string[] = []): LanguageModel {
  const { architecture, head, weights } = model;
  if (!model.config.tiedHead || head !== 'language') return model;
  const { embeddingName, headName, aliases = {} } = architecture;
  const heads = [headName, ...Object.keys(aliases).map((name) => name.replace(/\.weight$/, ''))];
  const bringsHead = tensors.some((name) => heads.some((own) => name.includes(`.${own}.`)));
  const touches = [embeddingName, ...heads].some((name) => isSaved(name, config) || isTarget(name, config));
  if (!bringsHead && !touches) return model;
  if (config.keepsTied)
    throw new UnsupportedAdapter(
      `adapter_config.json: "ensure_weight_tying" with an adapter on ${embeddingName} or ${headName}, which are one matrix in this model, is not supported`,
    );
  const own = architecture.readConfig({ ...model.config.raw, tie_word_embeddings: false });
  const matrix = weights.get(`${embeddingName}.weight`);
  if (!matrix) throw new Error(`${architecture.title} has no parameter "${embeddingName}.weight"`);
  return {
    ...model,
    config: own,
    specs: architecture.parameters(own),
    weights: new Map([...weights, [`${headName}.weight`, matrix]]),
  };
}
