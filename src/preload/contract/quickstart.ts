/** Contract: a quickstart from its first stage to its result. */
import { z } from 'zod';
import { comparisonRow, runStatus } from './runs.ts';
import { maybeNumber } from './system.ts';

const GROUP_PREFIX = 'quickstart-';

/** The group that the runs of a quickstart share; `id` tells those of one task apart. */
export const quickstartGroup = (task: string, id: string): string => `${GROUP_PREFIX}${task}-${id}`;

/** Whether a group is a quickstart's, of this task where one is named. */
export const isQuickstart = (group: string, task?: string): boolean =>
  group.startsWith(task === undefined ? GROUP_PREFIX : quickstartGroup(task, ''));

/** A stage and the run that does it; null while it waits for other stages. */
export const quickstartStage = z.object({
  method: z.string(),
  title: z.string(),
  /** Titles of the stages that must have finished. */
  needs: z.array(z.string()),
  run: z
    .object({
      id: z.string(),
      name: z.string(),
      status: runStatus,
      step: z.int(),
      maxSteps: z.int(),
      secondsLeft: z.number().nullable(),
      seconds: z.number().nullable(),
      cpuSeconds: z.number().nullable(),
      error: z.string().nullable(),
    })
    .nullable(),
  /** Fresh answers to held-out prompts while it trained, by step: gold reward, KL to the reference in nats an answer. */
  evaluations: z.array(z.object({ step: z.int(), gold: maybeNumber, kl: maybeNumber })),
});
export type QuickstartStageState = z.infer<typeof quickstartStage>;

/** A model of the table. What is not yet known is null; before the comparison, values are those of its latest evaluation. */
export const quickstartModel = z.object({
  title: z.string(),
  method: z.string(),
  name: z.string().nullable(),
  gold: maybeNumber,
  /** 1–5. */
  quality: maybeNumber,
  /** Nats an answer, to the reference. */
  kl: maybeNumber,
  tokens: maybeNumber,
  ended: maybeNumber,
  offGrammar: maybeNumber,
  /** Different preference labels it learnt from, its reward model's included. */
  labels: z.int().nullable(),
});
export type QuickstartModel = z.infer<typeof quickstartModel>;

export const quickstartComparison = comparisonRow.omit({ createdAt: true }).extend({
  winMinusLoss: z.object({ value: z.number(), low: z.number(), high: z.number() }),
});
export type QuickstartComparison = z.infer<typeof quickstartComparison>;

export const quickstartSample = z.object({
  prompt: z.string(),
  answers: z.array(z.object({ model: z.string(), completion: z.string(), gold: z.number(), tokens: z.int() })),
});

export const quickstartState = z.object({
  group: z.string(),
  task: z.string(),
  taskTitle: z.string(),
  seed: z.int(),
  options: z.record(z.string(), z.unknown()),
  /** interrupted: neither at its end nor under way, e.g. after the program was killed. */
  status: z.enum(['running', 'finished', 'stopped', 'failed', 'interrupted']),
  /** Why it ended early. */
  message: z.string().nullable(),
  /** Of the whole work, 0 to 1. */
  share: z.number(),
  secondsLeft: z.number().nullable(),
  /** From the first stage's start to the last one's end; null while it runs. */
  seconds: z.number().nullable(),
  stages: z.array(quickstartStage),
  models: z.array(quickstartModel),
  /** The models above were compared on this many held-out prompts; 0 = not yet. */
  prompts: z.int(),
  comparisons: z.array(quickstartComparison),
  samples: z.array(quickstartSample),
  /** Accuracy of the reward model on held-out pairs of the noisy rater. */
  rewardAccuracy: maybeNumber,
});
export type QuickstartState = z.infer<typeof quickstartState>;
