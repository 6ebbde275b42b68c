/** Two answers and a verdict: the better one is chosen, and a verdict for neither is a tie whose first answer stands as chosen. */
import type { ColumnMapping, TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  type Draft,
  draft,
  numberAt,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  valueAt,
  wholeWord,
} from './format.ts';
import { isBlank } from './messages.ts';
import { IdenticalPair, sameText } from './preference-pair.ts';

export type Verdict = 'a' | 'b' | 'tie';

const SIDE = '(?:the |is )?(?:model|answer|response|output|assistant|option|reply|completion|candidate|summary|text)?';
const A = new RegExp(`^\\[*${SIDE}[ _-]*(?:a|1|left|first)\\]*(?: is (?:much |slightly )?better)?$`);
const B = new RegExp(`^\\[*${SIDE}[ _-]*(?:b|2|right|second)\\]*(?: is (?:much |slightly )?better)?$`);
const TIE = /^\[*(?:0|c|1\.5|tie\b.*|tied|both(?:\b|_).*|equal\b.*|neither|draw|same|no preference)\]*$/;

/** A verdict in the words that raters' tools use; undefined for any other word. */
export function verdictOfWord(word: string): Verdict | undefined {
  const plain = wholeWord(word).toLowerCase();
  return A.test(plain) ? 'a' : B.test(plain) ? 'b' : TIE.test(plain) ? 'tie' : undefined;
}

/** The verdict at a column: 1 or 2, 0 or 1.5 for a tie, or words. Throws RowRefused where nobody decided, RowFault for anything else. */
export function verdictAt(record: RecordValue, column: string): Verdict {
  const value = valueAt(record, column);
  if (value === undefined || value === null || value === '') throw new RowRefused(`"${column}" holds no verdict`);
  const verdict = typeof value === 'string' || typeof value === 'number' ? verdictOfWord(String(value)) : undefined;
  if (verdict === undefined)
    throw new RowFault(
      column,
      `"${column}" must say which answer is better (1, 2, A, B or tie), found ${JSON.stringify(value)?.slice(0, 40)}`,
    );
  return verdict;
}

/** Above 0: A is better; 0: a tie. */
export const verdictOfDifference = (difference: number): Verdict =>
  difference > 0 ? 'a' : difference < 0 ? 'b' : 'tie';

export interface Judged {
  readonly prompt: TextOrChat;
  readonly a: TextOrChat;
  readonly b: TextOrChat;
  readonly verdict: Verdict;
  readonly scoreA?: number | null;
  readonly scoreB?: number | null;
  readonly margin?: number | null;
  readonly annotator?: string | null;
  readonly metadata: Record<string, unknown>;
  /** What belongs to one answer: stands in the metadata as NAME_chosen and NAME_rejected. */
  readonly perAnswer?: Readonly<Record<string, readonly [a: unknown, b: unknown]>>;
}

/** The stored pair; refused when an answer is empty, or when both are equal and it is no tie. */
export function judgedDraft(judged: Judged): Draft {
  const { prompt, verdict, margin = null, annotator = null } = judged;
  const order = <T>(a: T, b: T): readonly [T, T] => (verdict === 'b' ? [b, a] : [a, b]);
  const [chosen, rejected] = order(judged.a, judged.b);
  const tie = verdict === 'tie';
  if (!tie && !isBlank(chosen) && sameText(chosen, rejected)) throw new IdenticalPair(chosen);
  const [scoreChosen, scoreRejected] = order(judged.scoreA ?? null, judged.scoreB ?? null);
  const sides = Object.entries(judged.perAnswer ?? {}).flatMap(([name, [a, b]]) => {
    const [ofChosen, ofRejected] = order(a, b);
    return ofChosen === undefined && ofRejected === undefined
      ? []
      : [
          [`${name}_chosen`, ofChosen],
          [`${name}_rejected`, ofRejected],
        ];
  });
  const difference = scoreChosen !== null && scoreRejected !== null ? scoreChosen - scoreRejected : null;
  return draft({
    prompt,
    chosen,
    rejected,
    tie,
    scoreChosen,
    scoreRejected,
    margin: margin ?? difference,
    annotator,
    metadata: { ...judged.metadata, ...Object.fromEntries(sides) },
  });
}

/** Scores of both answers, where the mapping names them. */
export const scoresAt = (record: RecordValue, mapping: ColumnMapping) => ({
  scoreA: numberAt(record, mapping.score_a),
  scoreB: numberAt(record, mapping.score_b),
});

/** Columns that no role uses, without those that one answer owns. */
export const restBeside = (
  record: RecordValue,
  mapping: ColumnMapping,
  perAnswer: readonly string[] = [],
): Record<string, unknown> => restOf(record, [...Object.values(mapping), ...perAnswer]);
