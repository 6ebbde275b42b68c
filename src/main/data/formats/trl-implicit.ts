/** TRL's implicit prompt: chosen and rejected begin alike, and what they share is the prompt. */
import type { ColumnMapping } from '../../../preload/contract/datasets.ts';
import { type Draft, type Format, isRecord, percentOf, type RecordValue, shareWith } from './format.ts';
import {
  answersAt,
  BESIDE_A_PAIR,
  BESIDE_FIELDS,
  checkQuestion,
  IdenticalPair,
  pairDraft,
  sameText,
  splitShared,
} from './preference-pair.ts';

export function readImplicit(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  const { chosen, rejected } = answersAt(record, mapping);
  // all of both would be the prompt
  if (sameText(chosen, rejected)) throw new IdenticalPair(chosen);
  const split = splitShared(chosen, rejected);
  checkQuestion(split);
  return [pairDraft(record, mapping, split.prompt, split)];
}

export const trlImplicit: Format = {
  id: 'trl-implicit',
  title: 'TRL preference, implicit prompt',
  kind: 'preference',
  fields: ['chosen', 'rejected', ...BESIDE_FIELDS],
  mapping: { chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
  sniff(records) {
    // one message alone holds no prompt
    const whole = records.filter(({ chosen, rejected }) => ![chosen, rejected].some(isRecord));
    const share = (shareWith(whole, ['chosen', 'rejected'], ['prompt']) * whole.length) / Math.max(1, records.length);
    return { score: 0.7 * share, reason: `${percentOf(share)} have chosen and rejected and no prompt` };
  },
  read: readImplicit,
};
