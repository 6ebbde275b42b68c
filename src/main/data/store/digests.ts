/** Digests of rows and prompts: where texts are only compared, numbers take their place. */
import { createHash } from 'node:crypto';
import type { NewPair } from './pairs.ts';

/** 53 bits, as many as a number holds exactly: among a million rows two differ and agree here once in 18 000 imports. */
export function digest(text: string): number {
  const bytes = createHash('sha256').update(text).digest();
  return bytes.readUIntBE(0, 6) * 32 + (bytes[6] & 31);
}

export const promptDigest = ({ prompt }: Pick<NewPair, 'prompt'>): number => digest(JSON.stringify(prompt));

type DigestedRow = Pick<NewPair, 'prompt' | 'chosen' | 'rejected' | 'completion' | 'label'>;

/** Who counts a row and who stores it ask for the same number. */
const known = new WeakMap<DigestedRow, number>();

/** Two rows of the same digest are duplicates. */
export function rowDigest(row: DigestedRow): number {
  const before = known.get(row);
  if (before !== undefined) return before;
  const { prompt, chosen, rejected, completion, label } = row;
  const made = digest(JSON.stringify([prompt, chosen, rejected, completion, label]));
  known.set(row, made);
  return made;
}
