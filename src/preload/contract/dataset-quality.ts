/** Contract: the quality report of a dataset version. */
import { z } from 'zod';

/** What a report was made with. */
export const qualitySettings = z.object({
  /** Model of the workspace whose tokenizer counts; null: no token counts. */
  model: z.string().nullable().default(null),
  /** Tokens of prompt and answer that training keeps. */
  maxLength: z.int().min(1).max(1_000_000).default(512),
  /** Jaccard similarity from which two rows are near duplicates. */
  threshold: z.number().min(0.5).max(1).default(0.85),
  /** Other versions whose prompts must not stand in this one, besides the parts it was split from. */
  against: z.array(z.string()).default([]),
});
export type QualitySettings = z.infer<typeof qualitySettings>;

/** A finding with its rows: the pair table shows them by `check`. */
export const qualityFinding = z.object({
  id: z.string(),
  title: z.string(),
  /** Rows found. */
  count: z.int(),
  /** Of the rows it looked at. */
  share: z.number(),
  /** What it means, or what was found in detail. */
  meaning: z.string(),
  /** A finding to look into, as opposed to none or to a mere fact. */
  warns: z.boolean(),
  /** Why it was not done; counts are 0 then. */
  skipped: z.string().nullable(),
});
export type QualityFinding = z.infer<typeof qualityFinding>;

/** How well a rule that knows almost nothing finds the chosen answer. */
export const qualityBaseline = z.object({
  id: z.string(),
  title: z.string(),
  /** Share of the pairs it got right, half for a draw; null without pairs. */
  accuracy: z.number().nullable(),
  /** 95% interval. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** Pairs it was asked about. */
  n: z.int(),
  meaning: z.string(),
});
export type QualityBaseline = z.infer<typeof qualityBaseline>;

/** Counts in bins of equal width from `from` on; the last one also holds everything above. */
export const histogram = z.object({
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  from: z.number(),
  width: z.number(),
  series: z.array(z.object({ name: z.string(), counts: z.array(z.int()), median: z.number().nullable() })),
});
export type Histogram = z.infer<typeof histogram>;

export const qualityReport = z.object({
  settings: qualitySettings,
  rows: z.int(),
  madeAt: z.string(),
  seconds: z.number(),
  /** Those that warn first. */
  findings: z.array(qualityFinding),
  baselines: z.array(qualityBaseline),
  histograms: z.array(histogram),
});
export type QualityReport = z.infer<typeof qualityReport>;

export const qualityProgress = z.object({ done: z.int(), total: z.int(), what: z.string() });
