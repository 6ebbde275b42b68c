/** Contract: the exact lab, where every answer can be listed: what its runs train, and all numbers of one prompt and one pair. Nats. */
import { z } from 'zod';
import { runStatus } from './runs.ts';
import { maybeNumber } from './system.ts';

/** What is liked: the task's rules with these points, each reward times `scale`. */
export const labPoints = z.object({
  firstRight: z.number().min(-5).max(5).default(1),
  secondRight: z.number().min(-5).max(5).default(1),
  hasLargest: z.number().min(-5).max(5).default(0.75),
  lastRight: z.number().min(-5).max(5).default(0.5),
  repeated: z.number().min(-5).max(5).default(-0.5),
  fourth: z.number().min(-5).max(5).default(-0.25),
  empty: z.number().min(-5).max(5).default(-1),
  notASymbol: z.number().min(-5).max(5).default(-1),
});
export type LabPoints = z.infer<typeof labPoints>;

export const labWorld = z.object({
  /** Strength of the constraint. */
  beta: z.number().min(0.01).max(100).default(0.5),
  /** 0: every answer is liked alike. */
  scale: z.number().min(0).max(10).default(1),
  points: labPoints.prefault({}),
});
export type LabWorld = z.infer<typeof labWorld>;

export const labOptions = labWorld.extend({
  /** What is trained; all there are when empty. */
  methods: z.array(z.string()).max(50).default([]),
  prompts: z.int().min(1).max(16).default(4),
  /** Preference pairs of each prompt that offline DPO learns from, again and again. */
  pairs: z.int().min(1).max(64).default(8),
  steps: z.int().min(1).max(2000).default(120),
  learningRate: z.number().positive().max(1).default(1e-3),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
});
export type LabOptions = z.infer<typeof labOptions>;

/** A run of the lab; its world is what its policies were trained in. */
export const labRun = z.object({
  id: z.string(),
  name: z.string(),
  status: runStatus,
  error: z.string().nullable(),
  step: z.int(),
  maxSteps: z.int(),
  secondsLeft: z.number().nullable(),
  createdAt: z.string(),
  options: labOptions,
});
export type LabRun = z.infer<typeof labRun>;

/** Share of the probability on answers that were chosen, that were rejected, and on all others; they add up to 1. */
export const labMass = z.object({ chosen: z.number(), rejected: z.number(), elsewhere: z.number() });
export type LabMass = z.infer<typeof labMass>;

/** What DPO's loss sees of one pair. */
export const labPairNumbers = z.object({
  logChosen: z.number(),
  logRejected: z.number(),
  /** β·ln(π/π_ref). */
  rewardChosen: z.number(),
  rewardRejected: z.number(),
  margin: z.number(),
  /** σ(margin) */
  sigma: z.number(),
  /** −ln σ(margin) */
  loss: z.number(),
});
export type LabPairNumbers = z.infer<typeof labPairNumbers>;

export const labPolicy = z.object({
  /** By all pairs of the prompt, and by the one pair that is looked at. */
  mass: labMass,
  pairMass: labMass,
  /** On answers that the reference makes less often than 1 in 10 000. */
  outside: z.number(),
  meanReward: z.number(),
  /** KL(π‖π_ref) */
  kl: z.number(),
  J: z.number(),
  /** J* − J */
  gap: z.number(),
  /** β·KL(π‖π*), computed by itself. */
  betaKl: z.number(),
  /** Share of the prompt's pairs whose ln π(y⁺) is below the reference's; share where y⁻ fell as well while the margin rose. */
  chosenBelow: z.number(),
  bothFall: z.number(),
  pair: labPairNumbers,
});
export type LabPolicy = z.infer<typeof labPolicy>;

export const labMethod = z.object({
  method: z.string(),
  title: z.string(),
  /** In the order of their steps, the first at step 0; as many as there are by now. */
  looks: z.array(labPolicy.extend({ step: z.int() })),
});
export type LabMethod = z.infer<typeof labMethod>;

const labAnswer = z.object({
  text: z.string(),
  place: z.enum(['chosen', 'rejected', 'elsewhere']),
  reward: z.number(),
  reference: z.number(),
  optimum: z.number(),
  /** Probability at each look of each method, in their order. */
  methods: z.array(z.array(z.number())),
});
export type LabAnswer = z.infer<typeof labAnswer>;

/** One side of a pair in the derivation. */
const labSide = z.object({
  text: z.string(),
  reward: z.number(),
  logReference: z.number(),
  /** ln π* = ln π_ref + r/β − ln Z */
  logOptimum: z.number(),
  /** β·ln(π* / π_ref) + β·ln Z, which is the reward again. */
  rewardFromOptimum: z.number(),
});

export const labView = z.object({
  run: labRun,
  world: labWorld,
  answers: z.int(),
  prompts: z.array(z.string()),
  prompt: z.int(),
  pairs: z.array(z.object({ chosen: z.string(), rejected: z.string() })),
  pair: z.int(),
  exact: z.object({
    logZ: z.number(),
    /** null: beyond doubles. */
    Z: maybeNumber,
    JStar: z.number(),
    klStar: z.number(),
    meanRewardStar: z.number(),
    meanRewardReference: z.number(),
  }),
  chosen: labSide,
  rejected: labSide,
  reference: labPolicy,
  optimum: labPolicy,
  methods: z.array(labMethod),
  /** Those of the pairs, those of the optimum, and those that gained most without being in the data. */
  table: z.array(labAnswer),
});
export type LabView = z.infer<typeof labView>;

/** Probabilities of the four answers on the scale never < no < maybe < yes. */
export const scaleLook = z.object({
  step: z.int(),
  probabilities: z.object({ never: z.number(), no: z.number(), maybe: z.number(), yes: z.number() }),
});
export type ScaleLook = z.infer<typeof scaleLook>;

/** Razin's example: DPO prefers "no" to "never", then online DPO by a rater who likes "yes" least. */
export const scaleRun = z.object({
  id: z.string(),
  status: runStatus,
  error: z.string().nullable(),
  step: z.int(),
  maxSteps: z.int(),
  offline: z.array(scaleLook),
  online: z.array(scaleLook),
});
export type ScaleRun = z.infer<typeof scaleRun>;
