/** Contract: the registry of models in the workspace, and what can be done with one. */
import { z } from 'zod';
import { chatMessage } from './datasets.ts';

/** What the registry keeps of a model. */
export const storedModel = z.object({
  id: z.string(),
  name: z.string(),
  family: z.string(),
  parameters: z.number(),
  bytes: z.number(),
  vocabulary: z.int(),
  layers: z.int(),
  hidden: z.int(),
  context: z.int(),
  /** "imported", "built-in", or the run that made it. */
  origin: z.string(),
  runId: z.string().nullable(),
  parent: z.string().nullable(),
  createdAt: z.string(),
});
export type StoredModel = z.infer<typeof storedModel>;

export const modelKind = z.enum(['base', 'sft', 'policy', 'reward']);
export type ModelKind = z.infer<typeof modelKind>;

/** With what its folder and the run that made it say. */
export const modelSummary = storedModel.extend({
  kind: modelKind,
  /** Of the run that made it. */
  method: z.string().nullable(),
  /** Where it is an adapter: its files alone are counted. */
  adapter: z.object({ rank: z.int(), parameters: z.number() }).nullable(),
  /** Its files, without a run's rollouts and checkpoints beside them; null when the folder is gone. */
  diskBytes: z.number().nullable(),
  licence: z.string().nullable(),
  /** Runs that name it as their model, reference, reward model or critic. */
  usedBy: z.int(),
});
export type ModelSummary = z.infer<typeof modelSummary>;

const namedToken = z.object({ id: z.int(), token: z.string() });

/** A model's page. */
export const modelDetail = z.object({
  model: modelSummary,
  /** Facts of config.json as lines: term, value. */
  config: z.array(z.tuple([z.string(), z.string()])),
  tokenizer: z
    .object({
      kind: z.string(),
      vocabulary: z.int(),
      begin: namedToken.nullable(),
      padding: namedToken.nullable(),
      /** Tokens that end an answer. */
      ends: z.array(namedToken),
      template: z.string().nullable(),
    })
    .nullable(),
  /** Why config or tokenizer could not be read. */
  problem: z.string().nullable(),
  /** The run that made it. */
  run: z
    .object({
      id: z.string(),
      name: z.string(),
      method: z.string(),
      status: z.string(),
      dataset: z.string().nullable(),
      reference: z.string().nullable(),
      annotator: z.string().nullable(),
      rewardModel: z.string().nullable(),
    })
    .nullable(),
  dependents: z.object({
    /** Adapters that need its weights. */
    adapters: z.array(z.string()),
    runs: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
  }),
  /** Why it cannot be removed; null when it can. */
  keptBecause: z.string().nullable(),
  /** What a removal frees; files of a run's folder stay with the run. */
  frees: z.number(),
  exports: z.array(z.object({ format: z.string(), title: z.string(), types: z.array(z.string()) })),
});
export type ModelDetail = z.infer<typeof modelDetail>;

const finding = z.object({
  rule: z.string(),
  side: z.enum(['chosen', 'rejected']).nullable(),
  message: z.string(),
});

export const previewToken = z.object({
  id: z.int(),
  /** As the vocabulary writes it. */
  token: z.string(),
  /** The characters it stands for; empty for tokens put around the text and for further parts of one character. */
  text: z.string(),
  special: z.boolean(),
  /** What the tokenizer has no token for. */
  unknown: z.boolean(),
  /** Whether it counts in the loss. */
  scored: z.boolean(),
});
export type PreviewToken = z.infer<typeof previewToken>;

export const templatePreview = z.object({
  /** What the template made of the conversation; null where it refused it, which `problem` then tells. */
  text: z.string().nullable(),
  problem: z.string().nullable(),
  tokens: z.array(previewToken),
  checks: z.array(z.object({ rule: z.string(), title: z.string(), message: z.string().nullable() })),
});
export type TemplatePreview = z.infer<typeof templatePreview>;

/** A conversation typed by hand. */
export const typedConversation = z
  .array(chatMessage.extend({ role: z.string().max(64), content: z.string().max(20_000) }))
  .min(1)
  .max(32);

export const lintedExample = z.object({
  /** Of the row, from 0. */
  index: z.int(),
  findings: z.array(finding),
  tokens: z.object({ chosen: z.array(previewToken), rejected: z.array(previewToken) }).nullable(),
});
export type LintedExample = z.infer<typeof lintedExample>;

export const lintReport = z.object({
  pairs: z.int(),
  clean: z.int(),
  /** What is wrong with how the template ends an answer. */
  template: z.string().nullable(),
  /** Every rule; `first` is the first pair it was found in, from 1. */
  rules: z.array(
    z.object({ id: z.string(), title: z.string(), pairs: z.int(), first: z.int().nullable(), message: z.string() }),
  ),
  /** The first pairs with a finding; one without any when all are clean. */
  examples: z.array(lintedExample),
});
export type LintReport = z.infer<typeof lintReport>;

export const modelSource = z.union([
  z.object({ fileId: z.string() }),
  z.object({
    hub: z.string().min(1).max(200),
    revision: z.string().min(1).max(256).optional(),
    file: z.string().min(1).max(512).optional(),
  }),
]);

/** Bytes; 0 of 0 while the amount is not known. */
export const workProgress = z.object({
  stage: z.enum(['starting', 'downloading', 'writing']),
  done: z.number(),
  total: z.number(),
});
export type WorkProgress = z.infer<typeof workProgress>;

export const exportedModel = z.object({
  /** Where it was written, to be read by the user. */
  folder: z.string(),
  /** Handle for `files.show`. */
  fileId: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })),
  notes: z.array(z.string()),
});
export type ExportedModel = z.infer<typeof exportedModel>;
