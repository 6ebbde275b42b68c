/** A file of JSON lines that grows with a run, each with the step it belongs to; a resume cuts it back to where it goes on. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { writeFileAtomic } from '../../data/checkpoints/atomic.ts';

interface Stepped {
  readonly step: number;
}

export interface StepLog<T extends Stepped> {
  append(outputDir: string, rows: readonly T[]): void;
  /** Drops rows of `step` and later; a last line that a kill cut short goes too. */
  forgetFrom(outputDir: string, step: number): void;
}

export function stepLog<T extends Stepped>(file: string): StepLog<T> {
  return {
    append(outputDir, rows) {
      makeFolder(outputDir);
      appendFileSync(join(outputDir, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },
    forgetFrom(outputDir, step) {
      const path = join(outputDir, file);
      if (!existsSync(path)) return;
      const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      const kept = whole.filter((line) => (JSON.parse(line) as Stepped).step < step);
      // mostly nothing is to be dropped: the file is written anew only when something is
      if (kept.length < whole.length) writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
    },
  };
}
