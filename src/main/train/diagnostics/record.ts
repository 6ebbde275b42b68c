/** What evaluations found that is no curve (how things stood at the start, tokens, tables), as a file of the run; a resume cuts it back. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepLog } from '../rollouts/step-log.ts';

interface Row {
  readonly step: number;
  readonly kind: string;
  readonly value: unknown;
}

/** of the data's answers: diagnostics.jsonl · of the policy's answers to held-out prompts: diagnostics-answers.jsonl. */
const FILES = { data: 'diagnostics.jsonl', answers: 'diagnostics-answers.jsonl' } as const;
const log = (of: keyof typeof FILES) => stepLog<Row>(FILES[of]);

export interface DiagnosticRecord {
  /** Call first at each evaluation: what a run that was resumed had found from here on is forgotten. */
  begin(step: number): void;
  /** Keeps a finding of this step; JSON. */
  keep(step: number, kind: string, value: unknown): void;
  /** Findings of a kind so far, the oldest first. */
  of(kind: string): readonly { readonly step: number; readonly value: unknown }[];
}

export const diagnosticRecord = (outputDir: string, of: keyof typeof FILES): DiagnosticRecord => ({
  begin: (step) => log(of).forgetFrom(outputDir, step),
  keep: (step, kind, value) => log(of).append(outputDir, [{ step, kind, value }]),
  of(kind) {
    const path = join(outputDir, FILES[of]);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Row).filter((row) => row.kind === kind);
  },
});
