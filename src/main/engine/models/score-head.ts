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

/** Which head a config.json asks for: its `architectures` name ends in ForSequenceClassification for a score. Where it has no such list, its tensors tell. */
export function headOf(
  raw: Readonly<Record<string, unknown>>,
  tensors: () => readonly string[] = () => [],
): LanguageModel['head'] {
  const [name] = Array.isArray(raw.architectures) ? raw.architectures : [];
  if (name === undefined) return tensors().some(isScoreWeight) ? 'score' : 'language';
  return typeof name === 'string' && name.endsWith('ForSequenceClassification') ? 'score' : 'language';
}

const isScoreWeight = (name: string): boolean => name === SCORE_WEIGHT || name.endsWith(`.${SCORE_WEIGHT}`);

/** What transformers needs in a config.json to load a sequence classifier of one label. */
export const classifierConfig = ({ classifierName }: Architecture): Readonly<Record<string, unknown>> => ({
  architectures: [`${classifierName}ForSequenceClassification`],
  id2label: { 0: 'LABEL_0' },
  label2id: { LABEL_0: 0 },
});

/** The family's parameters with the score head instead of the language head. */
export function scoreParameters(architecture: Architecture, config: ModelConfig): readonly ParameterSpec[] {
  const body = architecture.parameters(config).filter(({ name }) => !name.startsWith(`${architecture.headName}.`));
  return [...body, scoreSpec(config.hidden)];
}

/**
 * config.json's entry for a constant added to every score: transformers' head has no bias. It changes no preference, only where 0 lies, so
 * transformers, which does not know it, ranks answers alike.
 */
export const SCORE_SHIFT = 'score_shift';

export function scoreShift({ raw }: ModelConfig): number {
  const shift = raw[SCORE_SHIFT];
  return typeof shift === 'number' && Number.isFinite(shift) ? shift : 0;
}

/** Hidden states after the final norm [M, hidden] → one score each, [M]. */
export function scoreRows(g: GraphBuilder, config: ModelConfig, weights: Weights, hidden: Value): Value {
  const scores = g.reshape(g.gemm(hidden, weights(SCORE_WEIGHT), { transB: true }), [hidden.shape[0]]);
  const shift = scoreShift(config);
  return shift === 0 ? scores : g.add(scores, shift);
}

/** The model whose scores are (score − mean) / std of this one's: the weights are scaled, the rest is a shift in its config. */
export function standardiseScores(model: LanguageModel, mean: number, std: number): LanguageModel {
  if (!(std > 0) || !Number.isFinite(mean))
    throw new RangeError(`scores with mean ${mean} and std ${std} cannot be standardised`);
  const { config } = model;
  const raw = { ...config.raw, [SCORE_SHIFT]: (scoreShift(config) - mean) / std };
  return { ...withScaledHead(model, 1 / std), config: { ...config, raw } };
}

/** The head times a factor, wherever it is kept. */
function withScaledHead(model: LanguageModel, factor: number): LanguageModel {
  const { adapter, architecture } = model;
  const saved = adapter?.saved.get(SCORE_WEIGHT);
  const name = saved ?? SCORE_WEIGHT;
  const holder = adapter && saved !== undefined ? adapter : model;
  const head = holder.weights.get(name);
  if (!head) throw new Error(`${architecture.title}: it has no score head`);
  const weights = new Map([...holder.weights, [name, head.map((w) => w * factor)] as const]);
  return adapter && saved !== undefined ? { ...model, adapter: { ...adapter, weights } } : { ...model, weights };
}

/**
 * A scoring model that starts from a language model's body: the body's arrays are the same ones, the head is fresh from `seed`.
 * Its config says what transformers needs to load it as a sequence classifier of one label.
 */
export function withScoreHead(model: LanguageModel, seed: number): LanguageModel {
  if (model.head === 'score') return model;
  const { architecture } = model;
  const raw = { ...model.config.raw, ...classifierConfig(architecture) };
  const config = { ...model.config, raw };
  const specs = scoreParameters(architecture, config);
  const weights = new Map<string, Float32Array>();
  for (const { name } of specs) {
    const data = model.weights.get(name);
    if (data) weights.set(name, data);
  }
  const head = new Float32Array(config.hidden);
  const random = createRandom(seed).fork(SCORE_WEIGHT);
  const std = initialStd(config.hidden);
  for (let i = 0; i < head.length; i++) head[i] = std * random.normal();
  weights.set(SCORE_WEIGHT, head);
  return { ...model, head: 'score', config, specs, weights };
}

/** The same model under a config.json that names its padding token and the shift of its scores. */
export function withScoreSettings(model: LanguageModel, own: Readonly<Record<string, unknown>>): LanguageModel {
  const { pad_token_id, [SCORE_SHIFT]: shift } = own;
  const raw = { ...model.config.raw, pad_token_id, ...(shift === undefined ? {} : { [SCORE_SHIFT]: shift }) };
  return { ...model, config: model.architecture.readConfig(raw) };
}

/** The position whose score a sequence gets: its last token that is not `padId` (transformers' rule); 0 when all are. */
export function scorePosition(ids: readonly number[], padId: number | null): number {
  let at = ids.length - 1;
  while (at > 0 && ids[at] === padId) at--;
  return Math.max(0, at);
}
