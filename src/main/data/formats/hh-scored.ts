/** HH dialogues as a list of texts with a list of scores (DSP and others): the one with the higher score is chosen, equal scores are a tie. */
import { isDialogue, pairOfDialogues, turnsOfDialogue } from './anthropic-hh.ts';
import { type Format, percentOf, type RecordValue, RowFault } from './format.ts';

const isTwo = (value: unknown, type: 'string' | 'number'): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === type);

const isScored = (record: RecordValue): boolean => isTwo(record.text, 'string') && isTwo(record.score, 'number');

export const hhScored: Format = {
  id: 'hh-scored',
  title: 'HH dialogues with scores',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const fits = records.filter((r) => isScored(r) && isDialogue((r.text as string[])[0])).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} are two dialogues with a score each` };
  },
  read(record) {
    if (!isScored(record)) throw new RowFault('text', '"text" and "score" must be lists of two texts and two numbers');
    const { text, score, ...rest } = record as { text: string[]; score: number[] };
    const better = score[1] > score[0] ? 1 : 0;
    const order = [better, 1 - better];
    const dialogues = order.map((i) => turnsOfDialogue(text[i], 'text'));
    const scores = { score_chosen: score[order[0]], score_rejected: score[order[1]] };
    const mapping = { score_chosen: 'score_chosen', score_rejected: 'score_rejected' };
    return [pairOfDialogues({ ...rest, ...scores }, mapping, dialogues)];
  },
};
