/** What all tables of two answers and a verdict share: one file for each known one says how its columns are called and read. */
import type { ColumnMapping, MappingField } from '../../../preload/contract/datasets.ts';
import { type Format, percentOf, type RecordValue, shareWith, textAt, valueAt } from './format.ts';
import { annotatorAt, asAnswer } from './preference-pair.ts';
import { promptAt } from './prompt.ts';
import { judgedDraft, restBeside, scoresAt, type Verdict } from './two-answers.ts';

/** One rater's word on a row. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly margin?: number | null;
  readonly annotator?: string | null;
}

export interface JudgedTable {
  readonly id: string;
  readonly title: string;
  /** Columns that every row has. */
  readonly required: readonly string[];
  readonly mapping: ColumnMapping;
  /** Whether a record that has the columns is of this family. */
  fits?(record: RecordValue): boolean;
  /** Every rater's verdict: a row each. */
  judgements(record: RecordValue, mapping: ColumnMapping): readonly Judgement[];
  /** Columns that belong to one of the answers: name → those of A and B. */
  readonly perAnswer?: Readonly<Record<string, readonly [a: string, b: string]>>;
  /** What is worked out for each answer: name → of A and B. */
  sidesOf?(record: RecordValue): Readonly<Record<string, readonly [a: unknown, b: unknown]>>;
  /** Columns that the judgements were read from and nobody needs again. */
  readonly used?: readonly string[];
}

const FIELDS: readonly MappingField[] = [
  'prompt',
  'system',
  'input',
  'answer_a',
  'answer_b',
  'preference',
  'score_a',
  'score_b',
  'annotator',
];

export const judgedTable = (table: JudgedTable): Format => ({
  id: table.id,
  title: table.title,
  kind: 'preference',
  fields: FIELDS,
  mapping: table.mapping,
  sniff(records) {
    const has = (record: RecordValue, column: string) => valueAt(record, column) !== undefined;
    const fitting = records.filter(
      (record) => table.required.every((column) => has(record, column)) && (table.fits?.(record) ?? true),
    );
    const { prompt = '', answer_a = '', answer_b = '' } = table.mapping;
    const share = (shareWith(fitting, [prompt, answer_a, answer_b]) * fitting.length) / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have ${table.required.join(', ')}` };
  },
  read(record, mapping) {
    const prompt = promptAt(record, mapping);
    const answer = (field: 'answer_a' | 'answer_b') => asAnswer(prompt, textAt(record, mapping[field], field));
    const [a, b] = [answer('answer_a'), answer('answer_b')];
    const sides = Object.entries(table.perAnswer ?? {});
    const own = [...sides.flatMap(([, columns]) => columns), ...(table.used ?? [])];
    const metadata = restBeside(record, mapping, own);
    const perAnswer = Object.fromEntries(
      sides.map(([name, columns]) => [name, columns.map((column) => valueAt(record, column)) as [unknown, unknown]]),
    );
    const named = annotatorAt(record, mapping.annotator);
    return table.judgements(record, mapping).map(({ annotator, ...rest }) =>
      judgedDraft({
        prompt,
        a,
        b,
        ...rest,
        ...scoresAt(record, mapping),
        annotator: annotator ?? named,
        metadata,
        perAnswer: { ...perAnswer, ...table.sidesOf?.(record) },
      }),
    );
  },
});
