/** Changes single rows: another label, another text, or gone. */
import { z } from 'zod';
import { relabel } from '../../../../preload/contract/dataset-versions.ts';
import { type TextOrChat, textOrChat } from '../../../../preload/contract/datasets.ts';
import { DatasetError } from '../../records.ts';
import type { NewPair } from '../../store/pairs.ts';
import { defineOperation, nameOf } from './operation.ts';
import { swapped } from './swap.ts';

const edit = z.strictObject({
  /** Number of the row, from 0. */
  index: z.int().min(0),
  /** a: as it is and decided; b: the other answer is the chosen one; tie. */
  verdict: relabel.optional(),
  prompt: textOrChat.optional(),
  chosen: textOrChat.optional(),
  rejected: textOrChat.optional(),
  completion: textOrChat.optional(),
  label: z.boolean().optional(),
  drop: z.literal(true).optional(),
});
type Edit = z.output<typeof edit>;

const params = z.strictObject({ edits: z.array(edit).min(1).max(1_000_000).describe('Changes, each of a row') });

/** Texts are replaced first, as they stand; then the verdict is applied. Throws DatasetError where the row has no such field. */
function edited(row: NewPair, change: Edit): NewPair {
  const { index, verdict: said, label } = change;
  const texts: Partial<Record<'prompt' | 'chosen' | 'rejected' | 'completion', TextOrChat>> = {};
  for (const field of ['prompt', 'chosen', 'rejected', 'completion'] as const) {
    const text = change[field];
    if (text === undefined) continue;
    if (row[field] === null) throw new DatasetError(`row ${index} has no ${field} that could be changed`);
    texts[field] = text;
  }
  if (label !== undefined && row.label === null)
    throw new DatasetError(`row ${index} has no label that could be changed`);
  const changed = { ...row, ...texts, label: label ?? row.label };
  if (said === undefined) return changed;
  if (row.chosen === null || row.rejected === null)
    throw new DatasetError(`row ${index} is no pair: it has no verdict that could be changed`);
  if (said === 'tie') return { ...changed, tie: true };
  return { ...(said === 'b' ? swapped(changed) : changed), tie: false };
}

const WORDS = { a: 'decided for the first', b: 'turned round', tie: 'made ties' } as const;

function wordsOf(edits: readonly Edit[]): string {
  const count = (holds: (each: Edit) => boolean) => edits.filter(holds).length;
  const kinds: [number, string][] = [
    ...(['b', 'tie', 'a'] as const).map((said): [number, string] => [
      count((each) => each.verdict === said),
      WORDS[said],
    ]),
    [count((each) => each.drop === true), 'left out'],
    [count(({ verdict: said, drop }) => said === undefined && drop === undefined), 'rewritten'],
  ];
  return kinds.flatMap(([n, word]) => (n === 0 ? [] : `${n} ${word}`)).join(', ');
}

export const editRows = defineOperation({
  id: 'edit',
  title: 'Edit',
  summary: 'Changes single rows: another verdict, another text, or left out.',
  several: false,
  params,
  plan([source], { edits }) {
    const byRow = new Map(edits.map((each) => [each.index, each]));
    if (byRow.size < edits.length) throw new DatasetError('edit: a row is named twice');
    const outside = edits.find(({ index }) => index >= source.version.rows);
    if (outside)
      throw new DatasetError(
        `edit: ${nameOf(source)} has no row ${outside.index}; its last is ${source.version.rows - 1}`,
      );
    return {
      parts: [{ words: `edited from ${nameOf(source)}: ${wordsOf(edits)}`, suffix: '' }],
      passes: 1,
      *deal() {
        for (const row of source.rows()) {
          const change = byRow.get(row.index);
          yield change?.drop ? undefined : { row: change ? edited(row, change) : row, part: 0 };
        }
      },
    };
  },
});
