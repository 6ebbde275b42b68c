/** Gradient ascent on J(π) itself, every response enumerated: no sampling, no reward model, no preferences; what is left is the model's own limit. */
import { createRandom } from '../../base/random.ts';
import { gradients } from '../../engine/autodiff/gradient.ts';
import { GraphBuilder } from '../../engine/graph/builder.ts';
import {
  cloneLanguageModel,
  type LanguageModel,
  weightFeeds,
  weightInputs,
} from '../../engine/models/language-model.ts';
import { learningRateAt } from '../../engine/optim/schedules.ts';
import { float32, Session } from '../../engine/runtime/session.ts';
import { responseLogProbabilities, treeFeeds } from '../../evaluate/response-tree.ts';
import { RESPONSES } from '../../tasks/enumerable.ts';
import { Optimiser } from '../optimiser.ts';
import { gradientName } from '../step-graph.ts';
import { type LabMethod, type LabSetting, lookIsDue } from './lab-method.ts';
import { LAB_ADAM, labSchedule } from './schedule.ts';

/** Prompts enumerated in a step. */
const PROMPTS_PER_STEP = 8;

/** −J = −Σ_y π (r − β(ln π − ln π_ref)), the mean over the prompts of a step, and its gradients. */
function buildObjective(model: LanguageModel, { legal, promptIds, beta }: LabSetting) {
  const g = new GraphBuilder('exact_objective');
  const weights = weightInputs(g, model);
  const logs = responseLogProbabilities(g, model, weights, legal, promptIds[0].length); // (B, responses)
  const rewards = g.input('rewards', 'float32', ['B', RESPONSES.length]);
  const reference = g.input('reference', 'float32', ['B', RESPONSES.length]);
  const kept = g.sub(rewards, g.mul(beta, g.sub(logs, reference)));
  const perPrompt = g.reduceSum(g.mul(g.exp(logs), kept), [1]);
  const loss = g.neg(g.reduceMean(perPrompt));
  g.output('loss', loss);
  const targets = model.specs.map(({ name }) => weights(name));
  gradients(g, loss, targets).forEach((gradient, i) => {
    g.output(gradientName(model.specs[i].name), gradient);
  });
  return g.build();
}

const stack = (rows: readonly Float64Array[]) =>
  float32([rows.length, RESPONSES.length], Float32Array.from(rows.flatMap((row) => [...row])));

export const exactGradient: LabMethod = {
  id: 'exact',
  title: 'Exact gradient',
  async train(setting) {
    const { promptIds, rewards, referenceLogs, legal, steps, seed, threads, signal } = setting;
    const model = cloneLanguageModel(setting.reference.model);
    const session = await Session.create(buildObjective(model, setting), { threads });
    const optimiser = new Optimiser(model, LAB_ADAM);
    const random = createRandom(`${seed}:exact`);
    const all = promptIds.map((_, i) => i);
    let waiting: number[] = [];
    try {
      for (let step = 0; step < steps; step++) {
        await setting.breathe();
        signal.throwIfAborted();
        if (waiting.length === 0) waiting = random.shuffle(all);
        const chosen = waiting.splice(0, PROMPTS_PER_STEP);
        const found = await session.run({
          ...weightFeeds(model),
          ...treeFeeds(
            chosen.map((i) => promptIds[i]),
            legal,
          ),
          rewards: stack(chosen.map((i) => rewards[i])),
          reference: stack(chosen.map((i) => referenceLogs[i])),
        });
        optimiser.accumulate(found);
        optimiser.step(learningRateAt('linear', step, labSchedule(setting)));
        setting.onStep(step + 1);
        if (lookIsDue(setting, step + 1)) await setting.onLook(step + 1, model);
      }
      return model;
    } finally {
      await session.close();
    }
  },
};
