/** Contract: how versions are made from others, what differs between two, who used them, edits that wait. */
import { z } from 'zod';

/** A version as others know it, also after it was removed. */
export const versionReference = z.object({
  versionId: z.string(),
  dataset: z.string(),
  number: z.int(),
  contentHash: z.string(),
});
export type VersionReference = z.infer<typeof versionReference>;

/** A dataset's name in a run's config, and the version it stood for when the run was made. */
export const pinnedData = versionReference.extend({ key: z.string(), name: z.string() });
export type PinnedData = z.infer<typeof pinnedData>;

/** How a version was made: done again with the same parents it gives the same content hash. */
export const derivation = z.object({
  operation: z.string(),
  params: z.record(z.string(), z.unknown()),
  /** Which of the operation's parts this version is, from 0. */
  part: z.int().min(0),
  parents: z.array(versionReference).min(1),
});
export type Derivation = z.infer<typeof derivation>;

/** An operation that makes versions, with the JSON Schema of its parameters. */
export const operationEntry = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Reads several versions: merge. */
  several: z.boolean(),
  params: z.record(z.string(), z.unknown()),
});
export type OperationEntry = z.infer<typeof operationEntry>;

export const deriveRequest = z.object({
  operation: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Versions it reads; one, but for merge. */
  parents: z.array(z.string()).min(1).max(20),
  /** Names of the datasets that get the parts; as the operation says without. */
  names: z.array(z.string()).optional(),
});
export type DeriveRequest = z.infer<typeof deriveRequest>;

export const derivedVersion = z.object({
  dataset: z.string(),
  datasetId: z.string(),
  version: z.int(),
  versionId: z.string(),
  rows: z.int(),
  prompts: z.int(),
  contentHash: z.string(),
});
export type DerivedVersion = z.infer<typeof derivedVersion>;

export const rowProgress = z.object({ done: z.int(), total: z.int() });

/** A version in the tree of what was made from what. `id` null: it was removed, and others name it as their parent. */
export const lineageNode = z.object({
  id: z.string().nullable(),
  datasetId: z.string().nullable(),
  dataset: z.string(),
  number: z.int(),
  rows: z.int().nullable(),
  recipe: z.string(),
  contentHash: z.string(),
  createdAt: z.string().nullable(),
  /** Steps from the root it hangs below. */
  depth: z.int(),
  /** Runs that used it. */
  runs: z.array(z.string()),
});
export type LineageNode = z.infer<typeof lineageNode>;

/** A difference: rows of both where changed, else of one. Row numbers from 0. */
export const rowDifference = z.object({
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.int().nullable(),
  after: z.int().nullable(),
  /** Fields that differ, of a changed row. */
  fields: z.array(z.string()),
  prompt: z.string(),
});
export type RowDifference = z.infer<typeof rowDifference>;

export const versionDifference = z.object({
  before: versionReference,
  after: versionReference,
  same: z.int(),
  added: z.int(),
  removed: z.int(),
  changed: z.int(),
  /** The first of them. */
  rows: z.array(rowDifference),
});
export type VersionDifference = z.infer<typeof versionDifference>;

/** A version that a run used, as the run has it. */
export const versionUse = z.object({
  runId: z.string(),
  run: z.string(),
  status: z.string(),
  key: z.string(),
  versionId: z.string(),
  number: z.int(),
  contentHash: z.string(),
});
export type VersionUse = z.infer<typeof versionUse>;

/** a: the first answer is the better one (as it is), b: the second, tie: neither. */
export const relabel = z.enum(['a', 'b', 'tie']);
export type Relabel = z.infer<typeof relabel>;

export const pendingEdit = z.object({ index: z.int().min(0), verdict: relabel });
export type PendingEdit = z.infer<typeof pendingEdit>;

export const namedCount = z.object({ name: z.string(), count: z.int() });
/** What the rows of a version can be filtered by: the most frequent names, and the ranges of their numbers. */
export const pairFacets = z.object({
  annotators: z.array(namedCount),
  splits: z.array(namedCount),
  tags: z.array(namedCount),
  longest: z.int().nullable(),
  margin: z.object({ lowest: z.number(), highest: z.number() }).nullable(),
  score: z.object({ lowest: z.number(), highest: z.number() }).nullable(),
});
export type PairFacets = z.infer<typeof pairFacets>;

/** A way out of a version. */
export const exportChoice = z.object({ format: z.string(), title: z.string(), extension: z.string() });
export type ExportChoice = z.infer<typeof exportChoice>;

export const exportedVersion = z.object({
  /** Where it was written, to be read by the user. */
  folder: z.string(),
  /** Handle for `files.show`. */
  fileId: z.string(),
  /** Each with its handle: a browser gets it by POST /download. */
  files: z.array(z.object({ name: z.string(), bytes: z.number(), fileId: z.string() })),
  rows: z.int(),
  /** Rows that the format has no meaning for. */
  leftOut: z.int(),
});
export type ExportedVersion = z.infer<typeof exportedVersion>;
