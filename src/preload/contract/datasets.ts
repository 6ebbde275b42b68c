/** Contract: preference datasets, their versions and pairs, and the import wizard. */
import { z } from 'zod';

/** A message of a conversation, as in TRL's conversational format. */
export const chatMessage = z.object({ role: z.string(), content: z.string() });
export type ChatMessage = z.infer<typeof chatMessage>;

/** Plain text, or a conversation. */
export const textOrChat = z.union([z.string(), z.array(chatMessage)]);
export type TextOrChat = z.infer<typeof textOrChat>;

/** preference: chosen + rejected · unpaired: completion + label (KTO) · demonstrations: prompt + completion, or text (SFT) · prompts. */
export const datasetKind = z.enum(['preference', 'unpaired', 'demonstrations', 'prompts']);
export type DatasetKind = z.infer<typeof datasetKind>;

export const versionSummary = z.object({
  id: z.string(),
  number: z.int(),
  rows: z.int(),
  createdAt: z.string(),
  /** What made this version: "imported", "filtered by …", "simulated by helpful". */
  recipe: z.string(),
  contentHash: z.string(),
});
export type VersionSummary = z.infer<typeof versionSummary>;

export const datasetSummary = z.object({
  id: z.string(),
  name: z.string(),
  kind: datasetKind,
  format: z.string(),
  source: z.string(),
  createdAt: z.string(),
  rows: z.int(),
  prompts: z.int(),
  ties: z.int(),
  duplicates: z.int(),
  /** Medians over the latest version, in characters; null where the side does not exist. */
  medianChosenChars: z.number().nullable(),
  medianRejectedChars: z.number().nullable(),
  /** Share of pairs whose longer answer is the chosen one, ties in length left out; null without pairs. */
  longerChosenShare: z.number().nullable(),
  versions: z.array(versionSummary),
});
export type DatasetSummary = z.infer<typeof datasetSummary>;

/** The roles a column can play; `prompt` may be absent (implicit prompt). */
export const mappingField = z.enum([
  'prompt',
  'system',
  'history',
  'input',
  'chosen',
  'rejected',
  'completion',
  'label',
  'text',
  'messages',
  'margin',
  'score_chosen',
  'score_rejected',
  'tie',
  'annotator',
  // two answers beside a verdict, instead of chosen and rejected
  'answer_a',
  'answer_b',
  'preference',
  'score_a',
  'score_b',
]);
export type MappingField = z.infer<typeof mappingField>;
/** field → column; a column may be a path into nested objects, "metadata.score_chosen"; "" = read from nowhere, whatever the format says. */
export const columnMapping = z.partialRecord(mappingField, z.string());
export type ColumnMapping = z.infer<typeof columnMapping>;

/** One stored row. `chosen`/`rejected` for pairs; `completion` + `label` for unpaired; `completion` or `prompt` alone otherwise. */
export const storedPair = z.object({
  index: z.int(),
  prompt: textOrChat,
  chosen: textOrChat.nullable(),
  rejected: textOrChat.nullable(),
  completion: textOrChat.nullable(),
  label: z.boolean().nullable(),
  tie: z.boolean(),
  margin: z.number().nullable(),
  scoreChosen: z.number().nullable(),
  scoreRejected: z.number().nullable(),
  annotator: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  /** Where it came from: file name and line (1-based) or row (0-based element of a JSON array). */
  provenance: z.object({ file: z.string(), line: z.int().nullable(), row: z.int().nullable() }),
});
export type StoredPair = z.infer<typeof storedPair>;

/** A row as a table shows it: each text is one line, cut, around what was searched for; of a conversation one turn. */
export const pairLine = z.object({
  /** Number of the row in its version. */
  index: z.int(),
  prompt: z.string(),
  chosen: z.string().nullable(),
  rejected: z.string().nullable(),
  completion: z.string().nullable(),
  /** Characters (code points) of the whole text. */
  chosenChars: z.int().nullable(),
  rejectedChars: z.int().nullable(),
  completionChars: z.int().nullable(),
  label: z.boolean().nullable(),
  tie: z.boolean(),
  margin: z.number().nullable(),
});
export type PairLine = z.infer<typeof pairLine>;

/** What can be asked of a row by itself; several must all hold. `longer-*` compares characters. */
export const pairTag = z.enum([
  'tie',
  'decided',
  'longer-chosen',
  'longer-rejected',
  'negative-margin',
  'conversation',
  'duplicate',
  'wanted',
  'unwanted',
]);
export type PairTag = z.infer<typeof pairTag>;

export const searchField = z.enum(['anywhere', 'prompt', 'chosen', 'rejected', 'completion']);
export type SearchField = z.infer<typeof searchField>;

/** A range with both ends in it; rows without the value are outside. */
export const valueRange = z.object({ least: z.number().optional(), most: z.number().optional() });
export type ValueRange = z.infer<typeof valueRange>;

/** Which rows of a version to show, and in which order. */
export const pairQuery = z.object({
  /** Words that must stand in the field in this order, the last perhaps unfinished (search-words.ts). */
  search: z.string().max(200).default(''),
  searchIn: searchField.default('anywhere'),
  tags: z.array(pairTag).default([]),
  /** Characters of the longest answer. */
  length: valueRange.optional(),
  margin: valueRange.optional(),
  /** Score of the chosen answer. */
  score: valueRange.optional(),
  annotator: z.string().optional(),
  /** The part that the row's metadata names in `split`. */
  split: z.string().optional(),
  /** One of the tags in the row's metadata. */
  dataTag: z.string().optional(),
  /** Rows that a check of the version's quality report found. */
  check: z.string().optional(),
  /** `length`: characters of the chosen answer, else of the only one. Rows without the value come last. */
  sort: z.enum(['row', 'length', 'margin']).default('row'),
  descending: z.boolean().default(false),
});
export type PairQuery = z.infer<typeof pairQuery>;

export const refusedRow = z.object({
  /** Where a dataset comes in several files: which of them. */
  file: z.string().optional(),
  line: z.int().nullable(),
  row: z.int().nullable(),
  reason: z.string(),
  /** What stands there instead, cut to a line. */
  found: z.string().optional(),
});
export type RefusedRow = z.infer<typeof refusedRow>;

export const detectedFormat = z.object({ id: z.string(), title: z.string(), score: z.number(), reason: z.string() });
export type DetectedFormat = z.infer<typeof detectedFormat>;

export const importPreview = z.object({
  format: detectedFormat,
  /** Other formats that would also read the file, best first. */
  alternatives: z.array(detectedFormat),
  columns: z.array(z.object({ name: z.string(), example: z.string() })),
  mapping: columnMapping,
  /** Set when no known format fits: how alike the guessed columns' names are to known ones, 0 to 1. An import wants the mapping said then. */
  guessed: z.partialRecord(mappingField, z.number()).nullable(),
  /** The file whose format and columns, chosen by hand, are used here because this one has the same columns. */
  remembered: z.string().nullable(),
  kind: datasetKind,
  /** The roles that this format reads. */
  fields: z.array(mappingField),
  /** Every format there is, for a choice by hand. */
  formats: z.array(z.object({ id: z.string(), title: z.string() })),
  /** The first rows as they would be stored. */
  rows: z.array(storedPair),
  rowsRead: z.int(),
  rowsAccepted: z.int(),
  pairs: z.int(),
  unpaired: z.int(),
  ties: z.int(),
  duplicates: z.int(),
  /** Pairs whose chosen and rejected are equal. */
  identical: z.int(),
  prompts: z.int(),
  medianChosenChars: z.number().nullable(),
  medianRejectedChars: z.number().nullable(),
  longerChosenShare: z.number().nullable(),
  /** Conversations with one message of the user, and the most messages of one with its answer; null without conversations. */
  singleTurn: z.int().nullable(),
  mostTurns: z.int().nullable(),
  refusedTotal: z.int(),
  /** At most 200. */
  refused: z.array(refusedRow),
  /** Rows that do not fit the format at all, counted to 200: with one of them an import stores nothing. */
  faults: z.int(),
  suggestedName: z.string(),
});
export type ImportPreview = z.infer<typeof importPreview>;

/** A part that is held out, by prompt: no prompt is on both sides. The parts become datasets of their own, NAME-train and NAME-test. */
export const splitRequest = z.object({
  /** Share of the prompts that are held out. */
  share: z.number().gt(0).lt(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
});
export type SplitRequest = z.infer<typeof splitRequest>;

export const importReport = z.object({
  dataset: z.string(),
  datasetId: z.string(),
  version: z.int(),
  versionId: z.string(),
  format: z.string(),
  rowsRead: z.int(),
  rowsAccepted: z.int(),
  pairs: z.int(),
  unpaired: z.int(),
  prompts: z.int(),
  ties: z.int(),
  duplicates: z.int(),
  identical: z.int(),
  refusedTotal: z.int(),
  refused: z.array(refusedRow),
});
export type ImportReport = z.infer<typeof importReport>;

export const importProgress = z.object({ bytesRead: z.number(), bytesTotal: z.number(), rows: z.int() });
export type ImportProgress = z.infer<typeof importProgress>;
