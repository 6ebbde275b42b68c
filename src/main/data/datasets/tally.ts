/** Counts what an import reads: accepted and refused rows, prompts, ties, duplicates, lengths. */
import type { ChatMessage, RefusedRow, TextOrChat } from '../../../preload/contract/datasets.ts';
import { NumberSet } from '../../base/number-set.ts';
import { type Draft, RowFault, RowRefused, valueAt } from '../formats/format.ts';
import { IdenticalPair } from '../formats/preference-pair.ts';
import type { SourceRecord } from '../records.ts';
import { digest, jsonOf, rowDigest } from '../store/digests.ts';
import type { NewPair } from '../store/pairs.ts';
import type { Detection } from './detect.ts';
import { withConversations } from './json-conversations.ts';
import { withInnerNames } from './metadata-names.ts';

/** Refused rows that are listed; the rest is counted. */
export const LISTED = 200;

export interface Fault extends RefusedRow {
  readonly field: string;
}

export interface Tally {
  /** Then a line alone does not say where a refused row stands. */
  readonly severalFiles: boolean;
  rowsRead: number;
  rowsAccepted: number;
  pairs: number;
  unpaired: number;
  ties: number;
  duplicates: number;
  identical: number;
  refusedTotal: number;
  readonly refused: RefusedRow[];
  /** Rows that do not fit the format at all; one is enough to stop an import. */
  readonly faults: Fault[];
  /** Digests: the texts themselves would not fit into memory. */
  readonly prompts: NumberSet;
  readonly seen: NumberSet;
  readonly chosenChars: number[];
  readonly rejectedChars: number[];
  longerChosen: number;
  longerRejected: number;
  /** Rows whose prompt is a conversation, those of them with one message of the user, and the most messages of one, its answer included. */
  conversations: number;
  singleTurn: number;
  mostTurns: number;
}

export const newTally = (severalFiles = false): Tally => ({
  severalFiles,
  rowsRead: 0,
  rowsAccepted: 0,
  pairs: 0,
  unpaired: 0,
  ties: 0,
  duplicates: 0,
  identical: 0,
  refusedTotal: 0,
  refused: [],
  faults: [],
  prompts: new NumberSet(),
  seen: new NumberSet(),
  chosenChars: [],
  rejectedChars: [],
  longerChosen: 0,
  longerRejected: 0,
  conversations: 0,
  singleTurn: 0,
  mostTurns: 0,
});

const charsOf = (value: TextOrChat): number =>
  typeof value === 'string' ? value.length : value.reduce((n, { content }) => n + content.length, 0);

/** Reads the records of one file into rows and counts them; refused ones are listed with their place. */
export interface Taker {
  /** Rows of this record. */
  take(record: SourceRecord): NewPair[];
  /** Counts a record that could not be read among those that were refused. */
  leaveOut(fault: { readonly line: number; readonly row: number; readonly error: Error }): void;
  /** Rows that need all records of the file. */
  finish(): NewPair[];
}

export function newTaker({ format, mapping, asJson }: Detection, file: string, tally: Tally): Taker {
  const named = tally.severalFiles ? file : undefined;
  const accept = (drafts: readonly Draft[], { line, row }: Place): NewPair[] => {
    const rows = drafts.map((d) => ({ ...d, metadata: withInnerNames(d.metadata), provenance: { file, line, row } }));
    for (const row of rows) countRow(row, tally);
    return rows;
  };
  /** Rows of a record that is counted as read; none when it is refused. */
  const attempt = (record: SourceRecord, body: () => NewPair[]): NewPair[] => {
    tally.rowsRead++;
    try {
      const rows = body();
      tally.rowsAccepted++;
      return rows;
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      refuse(record, error, named, tally);
      return [];
    }
  };
  const leaveOut: Taker['leaveOut'] = ({ line, row, error }) => {
    tally.rowsRead++;
    // its place stands before the reason
    const reason = error.message.replace(/^.*?:\d+: /s, '');
    refuse({ line, row, value: {} }, new RowRefused(reason, ''), named, tally);
  };
  const gathering = format.gather?.(mapping);
  if (!gathering)
    return {
      leaveOut,
      take: (record) =>
        attempt(record, () => accept(format.read(withConversations(record.value, asJson), mapping), record)),
      finish: () => [],
    };
  const places: Place[] = [];
  return {
    leaveOut,
    take: (record) =>
      attempt(record, () => {
        gathering.add(withConversations(record.value, asJson), places.length);
        places.push({ line: record.line, row: record.row });
        return [];
      }),
    finish() {
      const { rows, unused } = gathering.finish();
      // they were taken for accepted until all records were there
      tally.rowsAccepted -= unused.length;
      for (const { place, reason, found } of unused)
        refuse({ ...places[place], value: {} }, new RowRefused(reason, found), named, tally);
      return rows.flatMap(({ draft, place }) => accept([draft], places[place]));
    },
  };
}

type Place = Pick<SourceRecord, 'line' | 'row'>;

const FOUND_CHARS = 160;

/** What stands in the refused row: said by the format, or the column at fault, or the row itself; as JSON writes it, so that line ends are seen. */
function foundIn({ value }: SourceRecord, error: RowRefused): string {
  const what = error.found ?? (error instanceof RowFault ? (valueAt(value, error.field) ?? value) : value);
  const text = JSON.stringify(what) ?? 'nothing';
  const line = typeof what === 'string' ? text.slice(1, -1) : text;
  return (line.length > FOUND_CHARS ? `${line.slice(0, FOUND_CHARS)} …` : line).toWellFormed();
}

function refuse(record: SourceRecord, error: RowRefused, file: string | undefined, tally: Tally): void {
  const { line, row } = record;
  tally.refusedTotal++;
  if (error instanceof IdenticalPair) tally.identical++;
  if (tally.refused.length >= LISTED && tally.faults.length >= LISTED) return;
  const refusal = { file, line, row, reason: error.message, found: foundIn(record, error) };
  if (tally.refused.length < LISTED) tally.refused.push(refusal);
  if (error instanceof RowFault && tally.faults.length < LISTED) tally.faults.push({ ...refusal, field: error.field });
}

/** Counts a row that is kept. */
export function countRow(row: NewPair, tally: Tally): void {
  tally.prompts.add(digest(jsonOf(row).prompt));
  if (!tally.seen.add(rowDigest(row))) tally.duplicates++;
  if (row.tie) tally.ties++;
  if (row.label !== null) tally.unpaired++;
  if (typeof row.prompt !== 'string') countTurns(row.prompt, tally);
  if (row.chosen === null || row.rejected === null) return;
  tally.pairs++;
  const [chosen, rejected] = [charsOf(row.chosen), charsOf(row.rejected)];
  tally.chosenChars.push(chosen);
  tally.rejectedChars.push(rejected);
  if (chosen > rejected) tally.longerChosen++;
  else if (chosen < rejected) tally.longerRejected++;
}

function countTurns(prompt: readonly ChatMessage[], tally: Tally): void {
  tally.conversations++;
  if (prompt.filter(({ role }) => role === 'user').length === 1) tally.singleTurn++;
  tally.mostTurns = Math.max(tally.mostTurns, prompt.length + 1);
}

/** The part of a tally that preview and report show. */
export const countsOf = (t: Tally) => ({
  rowsRead: t.rowsRead,
  rowsAccepted: t.rowsAccepted,
  pairs: t.pairs,
  unpaired: t.unpaired,
  ties: t.ties,
  duplicates: t.duplicates,
  identical: t.identical,
  refusedTotal: t.refusedTotal,
  refused: t.refused,
});

/** The part of a tally that is kept with the version. */
export function factsOf(tally: Tally) {
  const decided = tally.longerChosen + tally.longerRejected;
  return {
    prompts: tally.prompts.size,
    ties: tally.ties,
    duplicates: tally.duplicates,
    medianChosenChars: median(tally.chosenChars),
    medianRejectedChars: median(tally.rejectedChars),
    longerChosenShare: decided === 0 ? null : tally.longerChosen / decided,
  };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
