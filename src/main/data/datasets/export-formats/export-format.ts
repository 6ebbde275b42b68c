/** What an export format is: which datasets it can hold, and how their rows become the pieces of a file. */
import type { ChatMessage, DatasetKind, StoredPair, TextOrChat } from '../../../../preload/contract/datasets.ts';
import type { Named } from '../../../base/registry.ts';
import { DatasetError } from '../../records.ts';
import { jsonConversations } from '../json-conversations.ts';
import { outerName } from '../metadata-names.ts';

export interface ExportSource {
  readonly name: string;
  readonly kind: DatasetKind;
  /** Read as they are asked for, as often as they are asked for. */
  readonly rows: Iterable<StoredPair>;
  /** Counts a row that the format has no meaning for (a tie, where each answer is either good or bad). */
  leaveOut(): void;
}

export interface ExportFormat extends Named {
  readonly title: string;
  /** Ending that files of this format have. */
  readonly extension: string;
  /** Kinds of datasets that the format can hold. */
  readonly kinds: readonly DatasetKind[];
  /** What other programs want beside the file; written where it stands, after it. */
  beside?(source: ExportSource, fileName: string): BesideFile;
  /** The file, piece by piece. Throws DatasetError for a row that would not come back as it is. */
  pieces(source: ExportSource): Iterable<string | Uint8Array>;
}

/** A JSON object in the file's folder that other programs may have entries of their own in. */
export interface BesideFile {
  readonly name: string;
  readonly entry: readonly [key: string, value: unknown];
}

/** Lines that go to the disk in one write. */
const LINES = 500;

/** Lines as pieces of some hundreds. */
export function* inPieces(lines: Iterable<string>): Generator<string> {
  let held: string[] = [];
  for (const line of lines) {
    held.push(line);
    if (held.length < LINES) continue;
    yield `${held.join('\n')}\n`;
    held = [];
  }
  if (held.length > 0) yield `${held.join('\n')}\n`;
}

/** JSONL whose lines are what `objectsOf` makes of each row. */
export function* jsonLines(
  source: ExportSource,
  objectsOf: (pair: StoredPair, source: ExportSource) => readonly object[],
): Generator<string> {
  function* lines() {
    for (const pair of source.rows) for (const object of objectsOf(pair, source)) yield JSON.stringify(object);
  }
  yield* inPieces(lines());
}

/** Equal scores are read back as a tie, unless the row says otherwise. */
const isEven = ({ scoreChosen, scoreRejected }: StoredPair): boolean =>
  scoreChosen !== null && scoreChosen === scoreRejected;

/** What stands beside the texts of a row under TRL's names; what is absent is left out. */
export const besideOf = (pair: StoredPair): Record<string, unknown> => ({
  tie: pair.tie || (isEven(pair) ? false : undefined),
  margin: pair.margin ?? undefined,
  score_chosen: pair.scoreChosen ?? undefined,
  score_rejected: pair.scoreRejected ?? undefined,
  annotator: pair.annotator ?? undefined,
});

/** Other columns of the source; those whose names the format gives a meaning (`more`: besides the names that every format has) as "metadata:NAME". */
export function othersOf(pair: StoredPair, more: readonly string[] = []): Record<string, unknown> {
  const isPrompt = pair.chosen === null && pair.completion === null;
  return Object.fromEntries(
    Object.entries(pair.metadata).map(([name, value]) => [outerName(name, isPrompt, more), value]),
  );
}

/** Rows that decide how a file is read. */
const FIRST_ROWS = 50;

/** Throws DatasetError where a column's texts all spell out conversations: a file of them would be read back as conversations. */
export function checkTexts({ rows }: ExportSource, format: string): void {
  const first: StoredPair[] = [];
  for (const pair of rows) if (first.push(pair) === FIRST_ROWS) break;
  for (const side of ['prompt', 'chosen', 'rejected', 'completion'] as const)
    if (jsonConversations(first.map((pair) => ({ [side]: pair[side] }))).length > 0)
      throw cannotHold(
        first[0],
        format,
        `its ${side}, as those of the rows after it, is a text that would be read back as a conversation`,
      );
}

/** A text as one message of that role. */
export const asChat = (value: TextOrChat, role: string): ChatMessage[] =>
  typeof value === 'string' ? [{ role, content: value }] : value;

/** An answer that must be one message of the assistant. */
export function answerOf(pair: StoredPair, side: 'chosen' | 'rejected' | 'completion', format: string): ChatMessage {
  const value = pair[side];
  const messages = value === null ? [] : asChat(value, 'assistant');
  if (messages.length !== 1 || messages[0].role !== 'assistant')
    throw cannotHold(pair, format, `${side} is ${messages.length} messages; one of the assistant was expected`);
  return messages[0];
}

export const cannotHold = ({ index, provenance }: StoredPair, format: string, why: string): DatasetError => {
  const from = provenance.line === null ? provenance.file : `${provenance.file}:${provenance.line}`;
  return new DatasetError(`row ${index} (from ${from}) has no place in the format ${format}: ${why}`, {
    details: { row: index },
  });
};
