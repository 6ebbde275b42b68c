/** Reward model (Stiennon et al., 2009.01325; Ouyang et al., 2203.02155): a score for each answer, learnt from which of two was preferred. */
import { join } from 'node:path';
import { z } from 'zod';
import { mean, standardDeviation } from '../../base/statistics.ts';
import { padBatch } from '../../data/batches.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';
import type { GraphBuilder } from '../../engine/graph/builder.ts';
import { rewardLosses } from '../../engine/losses/index.ts';
import { type LanguageModel, trainable, weightFeeds } from '../../engine/models/language-model.ts';
import { scorePosition, scoreRows } from '../../engine/models/score-head.ts';
import { float32, int32, Session } from '../../engine/runtime/session.ts';
import type { ScoredPair } from '../../evaluate/reward-report.ts';
import { tasks } from '../../tasks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { commonOptions, modelOption, parseConfig, rowOptions } from '../config.ts';
import { defined } from '../diagnostics/options.ts';
import { lengthOfScores } from '../diagnostics/reward-length.ts';
import { openRewardWatch } from '../diagnostics/reward-watch.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { meanOf, meanOfBatches, runSteps } from '../loop.ts';
import type { Method, TrainControl } from '../method.ts';
import { createNormaliser } from '../normalise-rewards.ts';
import { Optimiser, optimiserOptions } from '../optimiser.ts';
import { planRun } from '../plan-run.ts';
import { openPolicy } from '../policy.ts';
import { readRows } from '../read-rows.ts';
import { type RewardRow, rewardRow } from '../reward-rows.ts';
import { samplingOptions } from '../rollouts/options.ts';
import { batchFeeds, buildObjectiveGraph, type ObjectiveInput } from '../step-graph.ts';

const lossNames = rewardLosses.all.map((loss) => loss.id) as [string, ...string[]];

const params = z.object({
  ...commonOptions,
  ...rowOptions,
  model: modelOption,
  learning_rate: commonOptions.learning_rate.default(1e-4),
  loss_type: z.enum(lossNames).default('bradley_terry').meta({
    title: 'Loss',
    description: 'rao_kupper and davidson also learn from ties; bradley_terry leaves them out.',
    group: 'Objective',
    common: true,
  }),
  tie_rate: z
    .number()
    .gt(0)
    .lt(1)
    .default(1 / 3)
    .meta({
      title: 'Tie rate',
      description: 'Probability that two equally good answers tie; for the losses that learn from ties.',
      group: 'Objective',
    }),
  center_rewards_coefficient: z.number().min(0).optional().meta({
    title: 'Centring',
    description: 'Adds this times the mean of (r⁺ + r⁻)²: keeps scores around 0 (2312.09244). 0.01 is usual.',
    group: 'Objective',
  }),
  task: samplingOptions.task.meta({
    ...samplingOptions.task.meta(),
    description: 'World of the held-out pairs: evaluations also say whether scores follow its gold reward.',
    group: 'Evaluation',
  }),
  normalize_rewards: z.boolean().default(false).meta({
    title: 'Normalise at the end',
    description: "Scores of the reference's own answers get mean 0 and standard deviation 1.",
    group: 'Objective',
  }),
  normalize_model: z.string().min(1).optional().meta({
    title: 'Normalise on',
    description: 'The language model whose answers are normalised on; the model training starts from unless named.',
    group: 'Model',
  }),
  normalize_samples: z.int().min(2).default(64).meta({
    title: 'Normalise on samples',
    description: 'Answers sampled for that, one a prompt.',
    group: 'Objective',
  }),
});

export const reward: Method = {
  id: 'reward',
  title: 'Reward model',
  summary: 'Learns a score from which of two answers people preferred; PPO and online DPO are trained on it.',
  mark: 'rm',
  formula: '−log σ(r(x, y⁺) − r(x, y⁻))',
  cost: 2.2,
  goodFor: 'The step before PPO, and ranking answers.',
  watch: 'It may reward length or other habits of the preferred answers: see its length and calibration numbers.',
  papers: [
    { title: 'Learning to summarize from human feedback', url: 'https://arxiv.org/abs/2009.01325' },
    { title: 'Training language models to follow instructions', url: 'https://arxiv.org/abs/2203.02155' },
    { title: 'Helping or Herding? (centring)', url: 'https://arxiv.org/abs/2312.09244' },
  ],
  data: ['preference'],
  params,
  pass: { head: 'score', sequencesPerRow: 2, packed: false, modelsBeside: 0 },

  async train(config, outputDir, control) {
    const options = parseConfig(params, config);
    const loss = rewardLosses.get(options.loss_type);
    const start = openPolicy(options, control, 'score');
    const { tokenizer } = start;
    const padId = tokenizer.padId ?? tokenizer.eosId ?? start.model.config.padId;
    const loaded: LoadedModel = { ...start, model: namesPad(start.model, padId) };
    const { model } = loaded;
    const normaliser = options.normalize_rewards
      ? await createNormaliser(openGenerator(options, control), padId, options, control)
      : undefined;

    // 1. pairs → token ids; nothing is cut, too long pairs are dropped
    const rowOptions = { maxLength: options.max_length, ties: loss.usesTies ? 'learn' : 'drop' } as const;
    const read = (path: string, task?: Task) =>
      readRows<RewardRow>(path, control, (file, record) => rewardRow(tokenizer, file, record, { ...rowOptions, task }));
    const rows = await read(options.dataset);
    const held = options.eval_dataset
      ? await read(options.eval_dataset, options.task === undefined ? undefined : tasks.get(options.task))
      : [];
    const longest = Math.max(1, ...[...rows, ...held].flatMap((r) => [r.chosen.ids.length, r.rejected.ids.length]));

    // 2. one graph: scores of both sides, loss, gradients
    const objective = (g: GraphBuilder, { hidden, weights }: ObjectiveInput) => {
      const perPair = (name: string) => g.input(name, 'float32', ['P']);
      const weight = perPair('pair_weights');
      const sides = g.reshape(scoreRows(g, model.config, weights, hidden), [2, 'P']); // chosen rows, then rejected rows
      const [chosen, rejected] = [0, 1].map((i) => g.squeeze(g.slice(sides, 0, i, i + 1), [0]));
      g.output('chosen_scores', chosen);
      g.output('rejected_scores', rejected);
      const difference = g.sub(g.sub(chosen, rejected), perPair('margin'));
      const preference = loss.build(g, { difference, tie: perPair('tie') }, options.tie_rate);
      const total = g.add(chosen, rejected);
      const centring = g.mul(options.center_rewards_coefficient ?? 0, g.mul(total, total));
      return g.reduceSum(g.mul(weight, options.center_rewards_coefficient ? g.add(preference, centring) : preference));
    };
    const sides = ({ chosen, rejected }: RewardRow) => [chosen, rejected];
    const recompute = planRun(model, reward.pass, options, { rows: rows.map(sides), held: held.map(sides) }, control);
    const graph = buildObjectiveGraph(model, longest, objective, { recompute });
    const session = await Session.create(graph, { threads: control.threads, owner: model.weights });
    const optimiser = new Optimiser(trainable(model), optimiserOptions(options));
    const weights = weightFeeds(model);

    // 3. a micro-batch, which counts `share` of the step
    const run = async (batch: readonly RewardRow[], share: number) => {
      const count = batch.length;
      const sequences = [...batch.map((r) => r.chosen.ids), ...batch.map((r) => r.rejected.ids)];
      const padded = padBatch(
        sequences.map((ids) => ({ ids, start: ids.length })),
        padId ?? 0,
      );
      const scoredAt = Int32Array.from(sequences, (ids, i) => i * padded.length + scorePosition(ids, padId));
      const perPair = (of: (row: RewardRow) => number) => float32([count], Float32Array.from(batch, of));
      const found = await session.run(
        {
          ...weights,
          ...batchFeeds(padded),
          rows: int32([scoredAt.length], scoredAt),
          margin: perPair((row) => row.margin),
          tie: perPair((row) => (row.tie ? 1 : 0)),
          pair_weights: perPair(() => share / count),
        },
        optimiser.gradientArrays(),
      );
      const chosen = [...(found.chosen_scores.data as Float32Array)];
      const rejected = [...(found.rejected_scores.data as Float32Array)];
      const scored = batch.map((row, i) => scoredPair(row, chosen[i], rejected[i]));
      return {
        found,
        scored,
        metrics: scoreMetrics(scored),
        loss: Number(found.loss.data[0]),
        tokens: padded.tokens,
      };
    };

    // 4. a step: the mean of its micro-batches' means, and what length has to do with the scores
    const trainStep = (batches: readonly (readonly number[])[]) =>
      meanOfBatches(
        batches.map((batch) => batch.map((i) => rows[i])),
        async (batch, share) => {
          const result = await run(batch, share);
          return { ...result, metrics: { ...result.metrics, ...defined(lengthOfScores(result.scored)) } };
        },
        optimiser,
      );

    // 5. held-out pairs: the same numbers, and how far the scores can be trusted
    const watch = openRewardWatch(outputDir);
    const golds = held.flatMap(({ gold }) => gold ?? []);
    const evaluate = async (step: number) => {
      const reports: Record<string, number>[] = [];
      const scored: ScoredPair[] = [];
      for (let at = 0; at < held.length; at += options.per_device_train_batch_size) {
        const result = await run(held.slice(at, at + options.per_device_train_batch_size), 1);
        for (const pair of result.scored) {
          scored.push(pair);
          reports.push({ loss: result.loss, ...result.metrics });
        }
      }
      return { ...meanOf(reports), ...watch.evaluate(step, scored, options.task === undefined ? undefined : golds) };
    };

    // 6. at the end, if asked for: scores of the reference's own answers to mean 0, standard deviation 1
    const finish = async (): Promise<LoadedModel> =>
      normaliser ? { ...loaded, model: await normaliser.normalise(model) } : loaded;

    try {
      const parts = { loaded, optimiser, options, rows: rows.length, reference: null };
      const looks = { evaluate: held.length === 0 ? undefined : evaluate, finish };
      const result = await runSteps({ ...parts, ...looks, trainStep }, outputDir, control);
      const report = watch.report();
      if (!report) return result;
      writeFileAtomic(join(outputDir, 'reward_report.json'), `${JSON.stringify(report, null, 1)}\n`);
      return { ...result, details: { reward_report: report } };
    } finally {
      await session.close();
    }
  },
};

/** Whose answers scores are normalised on. */
const openGenerator = (options: z.output<typeof params>, control: TrainControl): LoadedModel =>
  loadModel(control.resolvePath(options.normalize_model ?? options.model), {
    tokenizer: options.tokenizer && control.resolvePath(options.tokenizer),
  });

/** transformers finds the scored token by config.json's pad_token_id, so a trained model names the one it was trained with. */
function namesPad(model: LanguageModel, padId: number | null): LanguageModel {
  return { ...model, config: { ...model.config, raw: { ...model.config.raw, pad_token_id: padId } } };
}

function scoredPair(
  { chosen, rejected, tie, prompt }: RewardRow,
  chosenScore: number,
  rejectedScore: number,
): ScoredPair {
  return {
    prompt,
    tie,
    chosen: { score: chosenScore, length: chosen.ids.length - chosen.start },
    rejected: { score: rejectedScore, length: rejected.ids.length - rejected.start },
  };
}

/** TRL's metrics of a micro-batch and the spread of its scores; ties have no right side, so accuracy and margin leave them out. */
function scoreMetrics(pairs: readonly ScoredPair[]): Record<string, number> {
  const all = pairs.flatMap(({ chosen, rejected }) => [chosen.score, rejected.score]);
  const decided = pairs.filter(({ tie }) => !tie);
  const ofDecided = {
    accuracy: mean(decided.map(({ chosen, rejected }) => (chosen.score > rejected.score ? 1 : 0))),
    margin: mean(decided.map(({ chosen, rejected }) => chosen.score - rejected.score)),
  };
  return {
    min_reward: Math.min(...all),
    mean_reward: mean(all),
    max_reward: Math.max(...all),
    std_reward: standardDeviation(all),
    ...(decided.length > 0 ? ofDecided : {}),
  };
}
