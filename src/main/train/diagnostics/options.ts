/** Options of the diagnostics that every method with a language model shares. */
import { z } from 'zod';

export const diagnosticOptions = {
  probes: z.array(z.string().min(1).max(500)).max(16).default([' the the the the']).meta({
    title: 'Probe strings',
    description:
      'Answers, as they follow the prompt, whose log-probability is followed over training. Take them from odd samples: a fixed one may never move.',
    group: 'Evaluation',
  }),
  diagnostic_rows: z.int().min(0).max(1024).default(32).meta({
    title: 'Diagnostic rows',
    description:
      'Held-out prompts that the diagnostics of an evaluation look at, at most a quarter of them; 0 switches off what costs a pass of its own.',
    group: 'Evaluation',
    unit: 'rows',
  }),
} as const;

const schema = z.object(diagnosticOptions);
export type DiagnosticOptions = z.output<typeof schema>;

/** Rows that are looked at, so that looking costs less than the evaluation itself. */
export const diagnosticRows = ({ diagnostic_rows }: DiagnosticOptions, held: number): number =>
  Math.min(diagnostic_rows, Math.ceil(held / 4));

/** Metrics that have a value: what is not defined on this sample (a correlation of equal numbers) is left out instead of being NaN. */
export const defined = (metrics: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
