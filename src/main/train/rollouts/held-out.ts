/** Fresh answers to held-out prompts, looked at by every evaluation of a method that samples; and the first few as samples. */
import { mean, sum } from '../../base/statistics.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { oodMass } from '../../evaluate/exact-optimum.ts';
import { legalTokens, listResponseDistribution } from '../../evaluate/response-tree.ts';
import type { Scorer } from '../../evaluate/scoring.ts';
import { tasks } from '../../tasks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { shapeOf } from '../diagnostics/answers.ts';
import { rewardAgreement, tokenRewards } from '../diagnostics/implicit-reward.ts';
import { klPanel } from '../diagnostics/kl-panel.ts';
import { type ScoredLengths, stratifiedGain, withinPromptCorrelation } from '../diagnostics/length-bias.ts';
import { defined } from '../diagnostics/options.ts';
import { overoptimisation, type RewardPoint } from '../diagnostics/overoptimisation.ts';
import { openProbes } from '../diagnostics/probes.ts';
import { type DiagnosticRecord, diagnosticRecord } from '../diagnostics/record.ts';
import type { LoadedModel } from '../load-model.ts';
import type { TrainSample } from '../method.ts';
import { answerLogprobs } from './answer-logprobs.ts';
import type { SamplingMethodOptions } from './options.ts';
import type { Prompt } from './prompts.ts';
import { freshAnswer, type Rollout } from './rollout.ts';
import type { RolloutSampler } from './sample.ts';

export interface HeldOut {
  readonly loaded: LoadedModel;
  readonly options: SamplingMethodOptions;
  readonly outputDir: string;
  readonly sampler: RolloutSampler;
  readonly held: readonly Prompt[];
  readonly reference: LanguageModel;
  /** Of reference and policy, at the sampling temperature. */
  readonly ref: Scorer;
  readonly now: Scorer;
  readonly threads?: number;
}

/** Answers whose tokens are kept one by one. */
const KEPT_ANSWERS = 4;
/** Prompts whose whole response space is listed. */
const LISTED_PROMPTS = 8;

export function heldOutLooks(heldOut: HeldOut) {
  const { loaded, options, outputDir, sampler, held, ref, now } = heldOut;
  const task = options.task === undefined ? undefined : tasks.get(options.task);
  const text = (rollout: Rollout) => loaded.tokenizer.decode(rollout.responseIds, { skipSpecialTokens: true });
  const record = diagnosticRecord(outputDir, 'answers');
  const probes = openProbes(
    loaded,
    options.probes,
    held.map(({ ids }) => ids),
  );
  return {
    async evaluate(step: number) {
      record.begin(step);
      const rollouts = await sampler.sample(held, `${options.seed}:evaluation`, 0);
      const logprobs = await answerLogprobs(now, rollouts);
      const references = await answerLogprobs(ref, rollouts);
      const ratios = logprobs.map((row, i) => sum(row) - sum(references[i]));
      const gold = task && rollouts.map((r) => task.gold(r.prompt, text(r).trim(), { ended: r.containsEos }));
      const scores = rollouts.map(({ score }) => score);
      keepTokens(record, step, heldOut, { rollouts, logprobs, references });
      return defined({
        'objective/scores': mean(scores),
        ...(gold ? { 'objective/gold': mean(gold) } : {}),
        'objective/kl': mean(ratios),
        'tokens/responses_len_mean': mean(rollouts.map(({ responseIds }) => responseIds.length)),
        'val/contain_eos_token': mean(rollouts.map(({ containsEos }) => (containsEos ? 1 : 0))),
        ...(task ? { 'val/off_grammar': offGrammar(task, rollouts, text) } : {}),
        ...shapeOf(rollouts.map(freshAnswer)),
        ...klPanel(logprobs, references),
        'agreement/implicit_explicit': rewardAgreement(ratios, scores),
        ...lengthBias(record, step, { scores: gold ?? scores, lengths: rollouts.map((r) => r.responseIds.length) }),
        ...(gold ? rewardPoints(record, step, { kl: mean(ratios), proxies: scores, gold }) : {}),
        ...(await probes.read(now)),
        ...(task ? await listedMass(task, heldOut) : {}),
      });
    },
    async sample(step: number): Promise<TrainSample[]> {
      const shown = held.slice(0, options.sample_prompts);
      if (shown.length === 0) return [];
      const rollouts = await sampler.sample(shown, `${options.seed}:samples:${step}`, step);
      return rollouts.map((rollout, promptIndex) => ({
        promptIndex,
        prompt: rollout.prompt,
        completion: text(rollout),
        tokens: rollout.responseIds.length,
        reward: rollout.score,
        finishReason: rollout.containsEos ? 'eos' : 'length',
      }));
    },
  };
}

const offGrammar = (task: Task, rollouts: readonly Rollout[], text: (rollout: Rollout) => string): number =>
  mean(rollouts.map((r) => (task.onGrammar(r.prompt, text(r).trim(), { ended: r.containsEos }) ? 0 : 1)));

/** Log-ratio of the first answers, token by token. */
function keepTokens(
  record: DiagnosticRecord,
  step: number,
  { loaded }: HeldOut,
  {
    rollouts,
    logprobs,
    references,
  }: Record<'logprobs' | 'references', readonly Float64Array[]> & { rollouts: readonly Rollout[] },
): void {
  const kept = rollouts.slice(0, KEPT_ANSWERS).map(({ prompt, responseIds }, i) => {
    const rewards = tokenRewards(logprobs[i], references[i], 1);
    return { prompt, tokens: responseIds.map((id) => loaded.tokenizer.decode([id])), rewards, sum: sum(rewards) };
  });
  record.keep(step, 'token_rewards', kept);
}

/** score_correlation: of reward and length over all answers. stratified_gain: gain since the start at equal length. */
function lengthBias(record: DiagnosticRecord, step: number, now: ScoredLengths): Record<string, number> {
  const kind = 'scored_lengths';
  if (step === 0) record.keep(0, kind, now);
  const start = record.of(kind).at(0)?.value as ScoredLengths | undefined;
  return {
    'length/score_correlation': withinPromptCorrelation(now, now.scores.length),
    ...(start ? { 'length/stratified_gain': stratifiedGain(start, now) } : {}),
  };
}

/** Where the reward that is learnt from is not the gold one: both against the distance. */
function rewardPoints(
  record: DiagnosticRecord,
  step: number,
  { kl, proxies, gold }: { kl: number; proxies: readonly number[]; gold: readonly number[] },
): Record<string, number> {
  if (proxies.every((proxy, i) => proxy === gold[i]) || proxies.every((proxy) => proxy === proxies[0])) return {};
  const kind = 'reward_point';
  record.keep(step, kind, { kl, proxy: mean(proxies), gold: mean(gold) } satisfies RewardPoint);
  return overoptimisation(record.of(kind).map(({ value }) => value as RewardPoint));
}

/** On a world whose responses can be listed the mass outside the reference's support is exact; the reference's own stands beside it. */
async function listedMass(task: Task, { loaded, held, reference, threads }: HeldOut): Promise<Record<string, number>> {
  if (task.id !== 'enumerable') return {};
  const legal = legalTokens(loaded.tokenizer);
  const prompts = held.slice(0, LISTED_PROMPTS).map(({ ids }) => ids);
  const [policies, references] = [
    await listResponseDistribution(loaded.model, prompts, legal, { threads }),
    await listResponseDistribution(reference, prompts, legal, { threads }),
  ];
  return {
    'ood/mass': mean(policies.map((policy, i) => oodMass(policy, references[i]))),
    'ood/mass_reference': mean(references.map((each) => oodMass(each, each))),
  };
}
