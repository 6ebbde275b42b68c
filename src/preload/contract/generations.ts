/** Contract: text from models, token by token: streamed answers, forced completions, probes, rewards, and pairs worth keeping. */
import { z } from 'zod';
import { textOrChat } from './datasets.ts';
import { maybeNumber } from './system.ts';

/**
 * A model by name: "NAME" of the workspace, of a built-in one, or of a run; "RUN@STEP" a checkpoint of a run; with "~base" behind it the model
 * without its adapter.
 */
export const modelRef = z.string().min(1).max(300);

/** What can be chosen in a pane, as reference, or (head "score") as reward model. */
export const modelChoice = z.object({
  ref: modelRef,
  name: z.string(),
  /** "final", "step 250", "adapter off", "built-in", "imported". */
  detail: z.string(),
  /** Of the run that made it. */
  method: z.string().nullable(),
  head: z.enum(['language', 'score']),
  /** What it was trained against, where that is in the workspace. */
  reference: modelRef.nullable(),
  /** β of its training, for the implicit reward. */
  beta: z.number().nullable(),
});
export type ModelChoice = z.infer<typeof modelChoice>;

export const samplingSettings = z.object({
  greedy: z.boolean().default(false),
  temperature: z.number().gt(0).max(100).default(1),
  /** 0 keeps all. */
  topK: z.int().min(0).max(1_000_000).default(0),
  topP: z.number().min(0).max(1).default(1),
  minP: z.number().min(0).max(1).default(0),
  repetitionPenalty: z.number().gt(0).max(100).default(1),
  maxTokens: z.int().min(1).max(4096).default(64),
  stop: z.array(z.string().min(1).max(200)).max(16).default([]),
  /** Of the matrices that the text is drawn with; 32 are the model's own float32 weights. */
  weightBits: z.literal([32, 8, 4]).default(32),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(42),
});
export type SamplingSettings = z.infer<typeof samplingSettings>;

/** A conversation is put through the model's chat template; text goes as it is. */
export const promptInput = textOrChat;

/** An id and the text it adds; special tokens by their name. */
export const shownToken = z.object({ id: z.int(), text: z.string(), special: z.boolean() });
export type ShownToken = z.infer<typeof shownToken>;

/** The text exactly as the model reads it. */
export const promptReading = z.object({ text: z.string(), tokens: z.array(shownToken) });
export type PromptReading = z.infer<typeof promptReading>;

/** Natural logarithms throughout; null where a number is not finite, or no reference reads the same tokens. */
export const alternative = z.object({ id: z.int(), text: z.string(), logp: maybeNumber, refLogp: maybeNumber });
export type Alternative = z.infer<typeof alternative>;

export const readToken = shownToken.extend({
  logp: maybeNumber,
  refLogp: maybeNumber,
  /** KL(π‖π_ref) of the next-token distribution. */
  kl: maybeNumber,
  /** The model's likeliest tokens at this place. */
  top: z.array(alternative),
});
export type ReadToken = z.infer<typeof readToken>;

/** Weights that text is drawn with in place of the float32 ones, and what they change over built-in texts, in nats a token. */
export const weightsInCodes = z.object({
  bits: z.literal([8, 4]),
  meanAbsLogpChange: z.number(),
  /** KL(float32 ‖ codes). */
  meanKl: z.number(),
  tokens: z.int(),
});
export type WeightsInCodes = z.infer<typeof weightsInCodes>;

/** At most 20 messages a second. Numbers of the tokens are those of the weights that draw them. */
export const generationEvent = z.discriminatedUnion('type', [
  /** The model is there and has begun to read. */
  z.object({
    type: z.literal('prompt'),
    prompt: promptReading,
    memoryBytes: z.number(),
    weights: weightsInCodes.nullable(),
  }),
  z.object({ type: z.literal('tokens'), tokens: z.array(readToken) }),
]);
export type GenerationEvent = z.infer<typeof generationEvent>;

export const generationEnd = z.object({
  /** Without special tokens; up to the stop string that ended it. */
  text: z.string(),
  /** length: `maxTokens` or the model's context. */
  finish: z.enum(['eos', 'stop', 'length']),
  tokens: z.int(),
  seconds: z.number(),
});
export type GenerationEnd = z.infer<typeof generationEnd>;

export const generationRequest = z.object({
  model: modelRef,
  prompt: promptInput,
  sampling: samplingSettings,
  /** Alternatives a token. */
  top: z.int().min(0).max(20).default(5),
});

/** `whyNoReference`: what stands in the way of every number that needs one. */
export const tokenReadings = z.object({ tokens: z.array(readToken), whyNoReference: z.string().nullable() });
export type TokenReadings = z.infer<typeof tokenReadings>;

/** Token ids that were generated, to be read under a model and its reference. */
export const readRequest = z.object({
  model: modelRef,
  reference: modelRef.nullable(),
  promptIds: z.array(z.int().min(0)).max(100_000),
  ids: z.array(z.int().min(0)).max(10_000),
  top: z.int().min(0).max(20).default(5),
});

const longText = z.string().max(200_000);

/** Answers that no model wrote: counted as training counts them (the end token included, both from the same place on). */
export const forceRequest = z.object({
  model: modelRef,
  reference: modelRef.nullable(),
  prompt: promptInput,
  chosen: longText,
  /** null: one answer alone. */
  rejected: longText.nullable(),
  top: z.int().min(0).max(20).default(5),
});
export const forcedAnswers = z.object({
  chosen: z.array(readToken),
  rejected: z.array(readToken).nullable(),
  whyNoReference: z.string().nullable(),
});
export type ForcedAnswers = z.infer<typeof forcedAnswers>;

export const probeRequest = z.object({
  model: modelRef,
  prompt: promptInput,
  probes: z.array(z.string().max(10_000)).min(1).max(100),
});
/** ln π(probe and the end token | prompt) and its tokens, in the order of the probes. */
export const probeAnswers = z.array(z.object({ logp: maybeNumber, tokens: z.int() }));

export const scoredAnswer = z.object({ text: longText, ended: z.boolean() });
export const rewardRequest = z.object({
  /** null: the task's gold reward alone. */
  rewardModel: modelRef.nullable(),
  prompt: promptInput,
  answers: z.array(scoredAnswer).min(1).max(64),
});
export const rewardAnswers = z.object({
  /** Task whose gold reward applies to this prompt; null where none can read it. */
  task: z.string().nullable(),
  scores: z.array(z.object({ gold: maybeNumber, reward: maybeNumber })),
});
export type RewardAnswers = z.infer<typeof rewardAnswers>;

/** Where prompts are picked from: a built-in task's held-out ones, or the rows of a dataset version. */
export const promptSource = z.discriminatedUnion('from', [
  z.object({ from: z.literal('task'), task: z.string(), seed: z.int().min(0), count: z.int().min(1).max(200) }),
  z.object({
    from: z.literal('dataset'),
    versionId: z.string(),
    offset: z.int().min(0),
    count: z.int().min(1).max(200),
  }),
]);
/** `chosen` and `rejected`: the answers of the row, to be forced. */
export const pickedPrompt = z.object({
  prompt: textOrChat,
  chosen: z.string().nullable(),
  rejected: z.string().nullable(),
});
export type PickedPrompt = z.infer<typeof pickedPrompt>;
export const pickedPrompts = z.object({ total: z.int(), prompts: z.array(pickedPrompt) });

export const savedAnswer = z.object({
  text: longText,
  /** Model that wrote it; null: typed by hand. */
  model: modelRef.nullable(),
  sampling: samplingSettings.nullable(),
});
/** A pair for the dataset of that name, which gets a next version, or is made. */
export const pairToSave = z.object({
  dataset: z.string(),
  prompt: promptInput,
  chosen: savedAnswer,
  rejected: savedAnswer,
  rater: z.string().trim().min(1).max(100),
});
export const savedPair = z.object({
  dataset: z.string(),
  datasetId: z.string(),
  version: z.int(),
  versionId: z.string(),
  rows: z.int(),
});
export type SavedPair = z.infer<typeof savedPair>;
