/** Online DPO (Guo et al., "Direct Language Model Alignment from Online AI Feedback", 2402.04792): pairs are the policy's own answers, labelled as it learns. */
import { z } from 'zod';
import { meant } from '../../base/registry.ts';
import { mean, sum } from '../../base/statistics.ts';
import type { PairTokens } from '../../data/batches.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { trainable } from '../../engine/models/language-model.ts';
import { tasks } from '../../tasks/index.ts';
import type { Annotator } from '../annotators/annotator.ts';
import { annotators } from '../annotators/index.ts';
import { directionsOf } from '../annotators/label.ts';
import {
  createOnlinePairs,
  labelOptions,
  type OnlinePairs,
  type OnlineSource,
  recordedPairs,
} from '../annotators/online-pairs.ts';
import { type OnlineOptions, onlineOptions } from '../annotators/options.ts';
import { ConfigError, parseConfig } from '../config.ts';
import { shapeOf } from '../diagnostics/answers.ts';
import { sinceReference } from '../diagnostics/displacement.ts';
import { judgeAudit } from '../diagnostics/judge-audit.ts';
import { withinPromptCorrelation } from '../diagnostics/length-bias.ts';
import { defined } from '../diagnostics/options.ts';
import type { LoadedModel } from '../load-model.ts';
import { meanOf, runLoop } from '../loop.ts';
import type { Method, TrainControl } from '../method.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { microBatches } from '../order.ts';
import { pairObjective } from '../pair-options.ts';
import { createPairPass } from '../pair-pass.ts';
import { pairRow } from '../pair-rows.ts';
import { planRun, sampledRows } from '../plan-run.ts';
import { openPolicy } from '../policy.ts';
import { readRows } from '../read-rows.ts';
import { liveReference, noReference } from '../reference.ts';
import { openExperience } from '../rollouts/experience.ts';
import { samplingMismatch } from '../rollouts/quantised-sampling.ts';
import { freshAnswer, type Rollout } from '../rollouts/rollout.ts';
import { type SampledPair, tokensOf } from '../rollouts/sampled-pair.ts';

const params = z.object(onlineOptions);

/** A pair as it is learnt: which side is chosen, and how much it counts. */
interface Directed {
  readonly tokens: PairTokens;
  readonly weight: number;
}

export const onlineDpo: Method = {
  id: 'online_dpo',
  title: 'Online DPO',
  summary: 'Samples two answers to a prompt, asks an annotator which is better, and learns that pair at once.',
  mark: 'online',
  formula: '−log σ(β[log π/π_ref(y⁺) − log π/π_ref(y⁻)]), y ~ π',
  cost: 3.7,
  goodFor: 'An annotator that knows more than your pairs do: a gold reward, a person, a better judge.',
  watch: 'It is as good as its annotator. When samples become alike there is nothing left to compare.',
  papers: [
    { title: 'Direct Language Model Alignment from Online AI Feedback', url: 'https://arxiv.org/abs/2402.04792' },
  ],
  data: ['prompts', 'preference', 'demonstrations'],
  params,
  pass: { head: 'language', sequencesPerRow: 2, packed: true, modelsBeside: 1, samples: true, reference: 'live' },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const objective = pairObjective(options);
    const loaded = openPolicy(options, control);
    const { model, tokenizer } = loaded;
    const batchSize = options.per_device_train_batch_size * options.gradient_accumulation_steps;
    const mixed = await offlinePairs(options, tokenizer, control);
    const offlineCount = Math.round(options.offline_share * batchSize);

    // 1. who prefers, and what is sampled; a replay asks nobody
    const recorded = options.rollouts
      ? await recordedPairs(control.resolvePath(options.rollouts), model.config.vocabulary)
      : undefined;
    const annotator = recorded ? undefined : await openAnnotator(options, loaded, control);
    const world = await openExperience(loaded, { ...options, rollouts: undefined }, outputDir, control, {
      promptsPerStep: recorded ? 0 : batchSize - offlineCount,
      answersPerPrompt: options.num_generations,
      reward: annotator?.reward,
      keep: false,
    });
    const allFixed = !recorded && offlineCount === batchSize;
    const stepsPerEpoch = recorded?.steps ?? (allFixed ? Math.ceil(mixed.length / batchSize) : world.stepsPerEpoch);
    const maxSteps = options.max_steps > 0 ? options.max_steps : Math.ceil(options.num_train_epochs * stepsPerEpoch);
    const online =
      recorded ??
      samplingPairs({
        world,
        annotator,
        policy: model,
        options,
        outputDir,
        maxSteps,
        stopRequested: control.stopRequested,
      });

    // 2. the reference stays as it starts; policy, loss and gradients are one graph
    const maxPositions = Math.max(
      world.maxPositions,
      recorded?.longest ?? 0,
      ...mixed.flatMap((p) => [p.chosen.ids.length, p.rejected.ids.length]),
    );
    const scoring = { options, maxPositions, threads: control.threads };
    const reference = options.reference_free ? noReference : await liveReference(world.reference.loaded.model, scoring);
    const pass = await createPairPass(model, objective, reference, {
      maxPositions,
      threads: control.threads,
      recompute: planRun(
        model,
        onlineDpo.pass,
        options,
        sampledRows(onlineDpo.pass, { ...world, maxPositions }, options),
        control,
      ),
    });
    const optimiser = new Optimiser(trainable(model), optimiserOptions(options));
    const startsAsReference = !options.ref_model && !options.reference_free;
    const goldMargin = goldMarginOf(options, loaded);

    const trainStep = async (step: number, learningRate: number) => {
      // 3. fresh pairs of the policy, and a share of fixed ones
      const sampled = await online.ofStep(step);
      const fixed = offlineCount === 0 ? [] : fixedOf(mixed, step, offlineCount, options);
      const { directed, denominator } = learnt(sampled, fixed, options);

      // 4. DPO on them; what is masked teaches nothing but keeps its place in the mean
      const reports: Record<string, number>[] = [];
      let loss = 0;
      let tokens = 0;
      const kl: number[] = [];
      for (let at = 0; at < directed.length; at += options.per_device_train_batch_size) {
        const batch = directed.slice(at, at + options.per_device_train_batch_size);
        const weights = batch.map(({ weight }) => weight / denominator);
        const result = await pass.run(
          batch.map((d) => d.tokens),
          weights,
          true,
          optimiser.gradientArrays(),
        );
        optimiser.accumulate(result.found);
        const metrics = startsAsReference ? { ...result.metrics, ...sinceReference(result) } : result.metrics;
        for (let i = 0; i < batch.length; i++) reports.push(metrics);
        loss += result.loss;
        tokens += result.tokens;
        const [chosen, rejected] = [result.found.chosen_logps.data, result.found.rejected_logps.data];
        result.references.forEach((ref, i) => {
          kl.push(Number(chosen[i]) - ref.chosen, Number(rejected[i]) - ref.rejected);
        });
      }
      // no pair to learn from: the step is taken by nobody, the schedule goes on
      const gradNorm = directed.length === 0 ? 0 : optimiser.step(learningRate);
      return {
        metrics: {
          loss,
          ...meanOf(reports),
          grad_norm: gradNorm,
          ...sampledMetrics(sampled, kl, step, options),
          ...sampledDiagnostics(sampled, goldMargin),
          ...auditOf(annotator),
        },
        tokens,
      };
    };

    try {
      return await runLoop(
        {
          loaded,
          optimiser,
          options,
          rows: allFixed ? mixed.length : world.rows,
          maxSteps,
          stepsPerEpoch,
          reference: options.reference_free ? null : world.reference.name,
          trainStep,
          evaluate: world.evaluate,
          sample: world.sample,
          memory: pass.running,
        },
        outputDir,
        control,
      );
    } finally {
      for (const part of [pass, reference, world, annotator]) await part?.close();
    }
  },
};

async function openAnnotator(options: OnlineOptions, loaded: LoadedModel, control: TrainControl): Promise<Annotator> {
  const id = options.annotator;
  if (!annotators.has(id))
    throw new ConfigError(
      `unknown annotator "${id}"${meant(
        id,
        annotators.all.map((known) => known.id),
      )}`,
    );
  const kind = annotators.get(id);
  const maxPositions = options.max_length ?? loaded.model.config.context;
  const text = ({ responseIds }: Rollout) => loaded.tokenizer.decode(responseIds, { skipSpecialTokens: true });
  const annotator = await kind.open({ options, loaded, maxPositions, control, text });
  if (options.num_generations > 2 && !annotator.scores)
    throw new ConfigError(
      `num_generations ${options.num_generations} needs an annotator that scores; ${kind.id} compares`,
    );
  return annotator;
}

function samplingPairs(source: Omit<OnlineSource, 'annotator'> & { annotator: Annotator | undefined }): OnlinePairs {
  const { annotator } = source;
  if (!annotator) throw new Error('an annotator is opened unless pairs are recorded');
  return createOnlinePairs({ ...source, annotator });
}

async function offlinePairs(
  options: OnlineOptions,
  tokenizer: Tokenizer,
  control: TrainControl,
): Promise<PairTokens[]> {
  if (options.offline_share === 0) {
    if (options.offline_dataset !== undefined)
      throw new ConfigError(
        'offline_dataset is not used while offline_share is 0: set the share of its pairs in a step',
      );
    return [];
  }
  if (options.offline_dataset === undefined)
    throw new ConfigError('offline_share mixes in fixed pairs: name them with "offline_dataset"');
  const limits = { maxLength: options.max_length, truncation: 'keep_start' } as const;
  return readRows<PairTokens>(options.offline_dataset, control, (file, record) =>
    pairRow(tokenizer, file, record, limits),
  );
}

/** The fixed pairs of a step, in an order that follows from seed and step. */
function fixedOf(
  pairs: readonly PairTokens[],
  step: number,
  count: number,
  { seed, shuffle }: OnlineOptions,
): PairTokens[] {
  const order = { rows: pairs.length, batchSize: count, accumulation: 1, shuffle, seed };
  return microBatches(step, order)
    .flat()
    .map((i) => pairs[i]);
}

/** What is learnt and what the sum is divided by: dropped ties leave the mean, skipped ties and identical answers stay in it. */
function learnt(sampled: readonly SampledPair[], fixed: readonly PairTokens[], options: OnlineOptions) {
  const labels = labelOptions(options);
  const directed: Directed[] = sampled.flatMap((pair) =>
    directionsOf(pair.label, pair.probability, labels, options.tie_policy).map(({ chosen, weight }) => ({
      tokens: tokensOf(pair, chosen),
      weight,
    })),
  );
  const dropped = options.tie_policy === 'drop' ? sampled.filter(({ label }) => label === 'tie').length : 0;
  return {
    directed: [...directed, ...fixed.map((tokens) => ({ tokens, weight: 1 }))],
    denominator: Math.max(1, sampled.length - dropped + fixed.length),
  };
}

/** Gold reward of the first answer minus that of the second, where a task knows it and somebody else was asked. */
function goldMarginOf({ task: id, annotator }: OnlineOptions, { tokenizer }: LoadedModel) {
  if (id === undefined || annotator === 'gold') return undefined;
  const task = tasks.get(id);
  const gold = ({ prompt, responseIds, containsEos }: Rollout) =>
    task.gold(prompt, tokenizer.decode(responseIds, { skipSpecialTokens: true }).trim(), { ended: containsEos });
  return ({ first, second }: SampledPair) => gold(first) - gold(second);
}

/** Shape of the answers, length bias of what scored them, and what the labels say of whoever gave them. */
function sampledDiagnostics(sampled: readonly SampledPair[], goldMargin: ((pair: SampledPair) => number) | undefined) {
  if (sampled.length === 0) return {};
  const answers = sampled.flatMap(({ first, second }) => [first, second]);
  const asked = sampled.filter(({ label }) => label !== 'identical');
  const audit = judgeAudit(
    asked.map((pair) => ({
      probability: pair.probability,
      goldMargin: goldMargin?.(pair),
      shownFirst: pair.rating?.shownFirst,
    })),
  );
  const scored = { scores: answers.map(({ score }) => score), lengths: answers.map((a) => a.responseIds.length) };
  return defined({
    ...shapeOf(answers.map(freshAnswer)),
    'length/within_prompt': withinPromptCorrelation(scored, 2),
    ...audit,
  });
}

/** What a judge observed of itself so far, as metrics. */
const auditOf = (annotator: Annotator | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(annotator?.audit?.() ?? {}).map(([name, value]) => [`judge/${name}`, value]));

/** TRL's objective/* of the sampled answers, and how many pairs had something to say. `kl` in nats an answer. */
function sampledMetrics(sampled: readonly SampledPair[], kl: readonly number[], step: number, options: OnlineOptions) {
  if (sampled.length === 0) return { beta: options.beta };
  const answers = sampled.flatMap(({ first, second }) => [first, second]);
  const penalty = options.missing_eos_penalty ?? 0;
  const score = ({ score: plain, containsEos }: (typeof answers)[number]) => plain - (containsEos ? 0 : penalty);
  const decided = sampled.filter(({ label }) => label === 'first' || label === 'second');
  const margin = ({ first, second, label }: SampledPair) =>
    (label === 'first' ? 1 : -1) * (score(first) - score(second));
  const count = (label: SampledPair['label']) => sampled.filter((pair) => pair.label === label).length;
  const scores = mean(answers.map(score));
  const meanKl = mean(kl);
  return {
    'objective/kl': meanKl,
    'objective/entropy': mean(answers.map(({ sampledLogprobs }) => -sum(sampledLogprobs))),
    'objective/scores': scores,
    'objective/scores_margin': mean(decided.map(margin)),
    'objective/rlhf_reward': scores - options.beta * meanKl,
    'val/contain_eos_token': mean(answers.map(({ containsEos }) => (containsEos ? 1 : 0))),
    'tokens/responses_len_mean': mean(answers.map(({ responseIds }) => responseIds.length)),
    ...samplingMismatch(answers),
    'pairs/identical': count('identical'),
    'pairs/ties': count('tie'),
    'pairs/labels_bought': sampled.length,
    'pairs/policy_age': mean(sampled.map(({ policyStep }) => step - policyStep)),
    beta: options.beta,
  };
}
