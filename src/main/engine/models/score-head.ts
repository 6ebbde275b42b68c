/** A score head in place of the language head: reward models and critics, one number for each position (transformers' sequence classification). */
import { createRandom } from '../../base/random.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/value.ts';
import type { Architecture, ParameterSpec, Weights } from './architecture.ts';
import type { ModelConfig } from './config.ts';
import type { LanguageModel } from './language-model.ts';

/** transformers' name of the head, [1, hidden]; it has no bias. */
export const SCORE_WEIGHT = 'score.weight';

/** Normal(0, 1/√(hidden + 1)), so that first scores are of order 1 (Stiennon et al., 2009.01325). */
const initialStd = (hidden: number): number => 1 / Math.sqrt(hidden + 1);

const scoreSpec = (hidden: number): ParameterSpec => ({
  name: SCORE_WEIGHT,
  shape: [1, hidden],
  decay: true,
  init: { std: initialStd(hidden) },
});

/** Which head a config.json asks for: its `architectures` name ends in ForSequenceClassification for a score. */
export function headOf(raw: Readonly<Record<string, unknown>>): LanguageModel['head'] {
  const [name] = Array.isArray(raw.architectures) ? raw.architectures : [];
  return typeof name === 'string' && name.endsWith('ForSequenceClassification') ? 'score' : 'language';
}

/** The family's parameters with the score head instead of the language head. */
export function scoreParameters(architecture: Architecture, config: ModelConfig): readonly ParameterSpec[] {
  const body = architecture.parameters(config).filter(({ name }) => !name.startsWith(`${architecture.headName}.`));
  return [...body, scoreSpec(config.hidden)];
}

/** Hidden states after the final norm [M, hidden] → one score each, [M]. */
export function scoreRows(g: GraphBuilder, weights: Weights, hidden: Value): Value {
  const scores = g.gemm(hidden, weights(SCORE_WEIGHT), { transB: true });
  return g.reshape(scores, [hidden.shape[0]]);
}

/**
 * A scoring model that starts from a language model's body: the body's arrays are copied, the head is fresh from `seed`.
 * Its config says what transformers needs to load it as a sequence classifier of one label.
 */
export function withScoreHead(model: LanguageModel, seed: number): LanguageModel {
  if (model.head === 'score') return model;
  const { architecture } = model;
  const raw = {
    ...model.config.raw,
    architectures: [`${architecture.className}ForSequenceClassification`],
    id2label: { 0: 'LABEL_0' },
    label2id: { LABEL_0: 0 },
  };
  const config = { ...model.config, raw };
  const specs = scoreParameters(architecture, config);
  const weights = new Map<string, Float32Array>();
  for (const { name } of specs) {
    const data = model.weights.get(name);
    if (data) weights.set(name, data.slice());
  }
  const head = new Float32Array(config.hidden);
  const random = createRandom(seed).fork(SCORE_WEIGHT);
  const std = initialStd(config.hidden);
  for (let i = 0; i < head.length; i++) head[i] = std * random.normal();
  weights.set(SCORE_WEIGHT, head);
  return { ...model, head: 'score', config, specs, weights };
}

/** The position whose score a sequence gets: its last token that is not `padId` (transformers' rule); 0 when all are. */
export function scorePosition(ids: readonly number[], padId: number | null): number {
  let at = ids.length - 1;
  while (at > 0 && ids[at] === padId) at--;
  return Math.max(0, at);
}
