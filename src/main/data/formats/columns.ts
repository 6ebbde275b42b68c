/** Any table whose columns a user mapped by hand: the roles that are mapped decide what its rows are. */
import type { ColumnMapping, DatasetKind, TextOrChat } from '../../../preload/contract/datasets.ts';
import { conversationAt, type Draft, draft, type Format, labelAt, type RecordValue, restOf, textAt } from './format.ts';
import { annotatorAt, answersAt, asAnswer, BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';
import { promptAt } from './prompt.ts';
import { readImplicit } from './trl-implicit.ts';
import { withPrompt } from './trl-preference.ts';
import { judgedDraft, restBeside, scoresAt, verdictAt } from './two-answers.ts';

const isJudged = ({ answer_a: a, answer_b: b }: ColumnMapping): boolean => a !== undefined || b !== undefined;

function kindOf(mapping: ColumnMapping): DatasetKind {
  if (isJudged(mapping)) return 'preference';
  if (mapping.chosen !== undefined || mapping.rejected !== undefined) return 'preference';
  if (mapping.completion === undefined && mapping.messages === undefined)
    return mapping.text === undefined ? 'prompts' : 'demonstrations';
  return mapping.label === undefined ? 'demonstrations' : 'unpaired';
}

/** Two answers and a verdict, which may be in words. */
export function readJudged(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  const prompt = promptAt(record, mapping);
  const answer = (field: 'answer_a' | 'answer_b') => asAnswer(prompt, textAt(record, mapping[field], field));
  const judged = {
    prompt,
    a: answer('answer_a'),
    b: answer('answer_b'),
    verdict: verdictAt(record, mapping.preference ?? 'preference'),
    ...scoresAt(record, mapping),
    annotator: annotatorAt(record, mapping.annotator),
    metadata: restBeside(record, mapping),
  };
  return [judgedDraft(judged)];
}

/** A pair whose prompt may stand in several columns. */
export function readPair(record: RecordValue, mapping: ColumnMapping): readonly Draft[] {
  if (isJudged(mapping)) return readJudged(record, mapping);
  if (mapping.prompt === undefined) return readImplicit(record, mapping);
  const prompt = promptAt(record, mapping);
  const whole = withPrompt(prompt, answersAt(record, mapping));
  return [pairDraft(record, mapping, whole.prompt, whole)];
}

/** Prompt and answer of a row that has one answer. */
function oneAnswer(record: RecordValue, mapping: ColumnMapping): { prompt: TextOrChat; completion: TextOrChat } {
  if (mapping.messages !== undefined) return conversationAt(record, mapping.messages);
  if (mapping.completion === undefined) return { prompt: '', completion: textAt(record, mapping.text, 'text') };
  const prompt = promptAt(record, mapping);
  return { prompt, completion: asAnswer(prompt, textAt(record, mapping.completion, 'completion')) };
}

export const columns: Format = {
  id: 'columns',
  title: 'Columns mapped by hand',
  kind: 'preference',
  kindOf,
  fields: [
    'prompt',
    'system',
    'history',
    'input',
    'chosen',
    'rejected',
    'answer_a',
    'answer_b',
    'preference',
    'score_a',
    'score_b',
    'completion',
    'label',
    'text',
    'messages',
    ...BESIDE_FIELDS,
  ],
  // what an answer is, only the user can say
  mapping: { prompt: 'prompt', label: 'label', ...BESIDE_A_PAIR },
  sniff: () => ({ score: 0, reason: 'only chosen by hand' }),
  read(record, mapping) {
    const kind = kindOf(mapping);
    if (kind === 'preference') return readPair(record, mapping);
    const metadata = restOf(record, Object.values(mapping));
    if (kind === 'prompts') return [draft({ prompt: promptAt(record, mapping), metadata })];
    const label = kind === 'unpaired' ? labelAt(record, mapping.label ?? 'label') : null;
    return [draft({ ...oneAnswer(record, mapping), label, metadata })];
  },
};
