/** Rows read under a model and, where it reads the same tokens, its reference. */
import type { ReadToken } from '../../../preload/contract/generations.ts';
import type { TokenRow } from '../../data/batches.ts';
import { sameTokens } from '../../evaluate/answers.ts';
import { readTokens } from '../../evaluate/token-reading.ts';
import type { OpenModel } from './shelf.ts';
import { shownReading } from './shown.ts';
import { type ModelSource, othersTurn, type WorkContext } from './work.ts';
import { languageOnly } from './works/run.ts';

export interface Readings {
  /** Of each row the tokens that count. */
  readonly rows: ReadToken[][];
  readonly whyNoReference: string | null;
}

/** `rowsOf` makes the rows with the model's own tokenizer. */
export function readUnder(
  { model, reference, top }: { model: ModelSource; reference: ModelSource | null; top: number },
  { shelf, signal }: Pick<WorkContext, 'shelf' | 'signal'>,
  rowsOf: (open: OpenModel) => readonly TokenRow[],
): Promise<Readings> {
  return shelf.use(model, async (policy) => {
    languageOnly(policy.loaded.model.head);
    const rows = rowsOf(policy);
    const withReference = async (other: OpenModel | null): Promise<Readings> => {
      const why = other && cannotCompare(policy, other, rows);
      const usable = why === null ? other : null;
      const length = longest(rows);
      const own = await policy.reader(length);
      const theirs = usable && (await usable.reader(length));
      const found: ReadToken[][] = [];
      for (const row of rows) {
        const readings = await readTokens(own, theirs, row, { top, signal, breathe: othersTurn });
        const first = row.ids.length - readings.length;
        const { tokenizer } = policy.loaded;
        found.push(readings.map((reading, i) => shownReading(tokenizer, row.ids[first + i - 1], reading)));
      }
      return { rows: found, whyNoReference: why };
    };
    return reference ? shelf.use(reference, withReference) : withReference(null);
  });
}

const longest = (rows: readonly TokenRow[]): number => Math.max(1, ...rows.map(({ ids }) => ids.length));

/** null when the reference can be read. */
function cannotCompare(policy: OpenModel, reference: OpenModel, rows: readonly TokenRow[]): string | null {
  if (reference.loaded.model.head === 'score') return 'The reference is a reward model: it gives no probabilities.';
  if (policy !== reference && !sameTokens(policy.loaded, reference.loaded))
    return 'The reference reads other tokens than this model, so their probabilities cannot be compared.';
  if (longest(rows) > reference.context)
    return `The text has ${longest(rows)} tokens; the reference's context is ${reference.context}.`;
  return null;
}
