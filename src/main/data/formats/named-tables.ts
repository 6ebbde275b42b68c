/** Well-known sets that call the roles of their columns by other names: read as if their mapping had been made by hand. */
import type { ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import { columns } from './columns.ts';
import { type Format, percentOf, shareWith } from './format.ts';
import { BESIDE_A_PAIR } from './preference-pair.ts';

interface NamedTable {
  readonly id: string;
  readonly title: string;
  readonly kind: DatasetKind;
  /** Columns that every row has. */
  readonly required: readonly string[];
  /** Columns that make it another format. */
  readonly without?: readonly string[];
  readonly mapping: ColumnMapping;
}

const tableFormat = ({ id, title, kind, required, without = [], mapping }: NamedTable): Format => ({
  id,
  title,
  kind,
  kindOf: columns.kindOf,
  fields: columns.fields,
  mapping,
  sniff(records) {
    const share = shareWith(records, required, without);
    return { score: 0.88 * share, reason: `${percentOf(share)} have ${required.join(', ')}` };
  },
  read: columns.read,
});

/** Stack Exchange answers, the better-voted one as response_j (TRL's stack_llama, torchtune). */
export const stackExchange = tableFormat({
  id: 'stack-exchange',
  title: 'Stack Exchange, paired',
  kind: 'preference',
  required: ['question', 'response_j', 'response_k'],
  mapping: { prompt: 'question', chosen: 'response_j', rejected: 'response_k', ...BESIDE_A_PAIR },
});

/** A question with an optional system text, as in the Orca DPO pairs. */
export const questionPreference = tableFormat({
  id: 'question-preference',
  title: 'Questions with preference',
  kind: 'preference',
  required: ['question', 'chosen', 'rejected'],
  mapping: { prompt: 'question', system: 'system', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
});

/** TruthfulQA (2109.07958): its best answer against its best wrong one. */
export const truthfulQa = tableFormat({
  id: 'truthfulqa',
  title: 'TruthfulQA',
  kind: 'preference',
  required: ['Question', 'Best Answer', 'Best Incorrect Answer'],
  mapping: { prompt: 'Question', chosen: 'Best Answer', rejected: 'Best Incorrect Answer' },
});

export const alpaca = tableFormat({
  id: 'alpaca',
  title: 'Alpaca instructions',
  kind: 'demonstrations',
  required: ['instruction', 'output'],
  without: ['chosen', 'rejected'],
  mapping: { prompt: 'instruction', input: 'input', system: 'system', completion: 'output' },
});
