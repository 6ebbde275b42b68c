/** Table `pairs`: the rows of a version, densely numbered from 0, so that any page is one range of the primary key. */
import type { StoredPair, TextOrChat } from '../../../preload/contract/datasets.ts';
import { parseRow } from '../records/template-json.ts';
import { jsonOf, metadataJson } from './digests.ts';
import { insertColumns } from './pair-columns.ts';
import { insertWords, serialOf } from './pair-words.ts';
import type { Store, WritableStore } from './store.ts';

export type NewPair = Omit<StoredPair, 'index'>;

/** Bits of the `chat` column: which texts are conversations stored as JSON. */
export const CHAT = { prompt: 1, chosen: 2, rejected: 4, completion: 8 } as const;
export type TextColumn = keyof typeof CHAT;

const toText = (value: TextOrChat | null, json: string): string | null =>
  value === null || typeof value === 'string' ? value : json;

/** Writes rows from index `from` on, with their words and columns; inside the caller's transaction. */
export function insertPairs(store: WritableStore, versionId: string, from: number, pairs: readonly NewPair[]): void {
  const statement =
    store.prepare(`INSERT INTO pairs (version_id, idx, prompt, chosen, rejected, completion, chat, label, tie, margin, score_chosen,
    score_rejected, annotator, metadata, file, line, source_row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  pairs.forEach((p, i) => {
    const json = jsonOf(p);
    const chat =
      (typeof p.prompt === 'string' ? 0 : CHAT.prompt) |
      (Array.isArray(p.chosen) ? CHAT.chosen : 0) |
      (Array.isArray(p.rejected) ? CHAT.rejected : 0) |
      (Array.isArray(p.completion) ? CHAT.completion : 0);
    statement.run(
      versionId,
      from + i,
      toText(p.prompt, json.prompt),
      toText(p.chosen, json.chosen),
      toText(p.rejected, json.rejected),
      toText(p.completion, json.completion),
      chat,
      p.label === null ? null : Number(p.label),
      Number(p.tie),
      p.margin,
      p.scoreChosen,
      p.scoreRejected,
      p.annotator,
      metadataJson(p),
      p.provenance.file,
      p.provenance.line,
      p.provenance.row,
    );
  });
  insertColumns(store, versionId, from, pairs);
  const serial = serialOf(store, versionId);
  if (serial !== null) insertWords(store, serial, from, pairs);
}

interface Row {
  idx: number;
  prompt: string;
  chosen: string | null;
  rejected: string | null;
  completion: string | null;
  chat: number;
  label: number | null;
  tie: number;
  margin: number | null;
  score_chosen: number | null;
  score_rejected: number | null;
  annotator: string | null;
  metadata: string;
  file: string;
  line: number | null;
  source_row: number | null;
}

function fromRow(row: Row): StoredPair {
  const text = <T extends string | null>(value: T, bit: number): T | TextOrChat =>
    value !== null && row.chat & bit ? (JSON.parse(value) as TextOrChat) : value;
  return {
    index: row.idx,
    prompt: text(row.prompt, CHAT.prompt),
    chosen: text(row.chosen, CHAT.chosen),
    rejected: text(row.rejected, CHAT.rejected),
    completion: text(row.completion, CHAT.completion),
    label: row.label === null ? null : row.label === 1,
    tie: row.tie === 1,
    margin: row.margin,
    scoreChosen: row.score_chosen,
    scoreRejected: row.score_rejected,
    annotator: row.annotator,
    metadata: parseRow(row.metadata) as Record<string, unknown>,
    provenance: { file: row.file, line: row.line, row: row.source_row },
  };
}

/** Rows offset … offset + limit − 1. */
export function readPairs(store: Store, versionId: string, offset: number, limit: number): StoredPair[] {
  const rows = store
    .prepare('SELECT * FROM pairs WHERE version_id = ? AND idx >= ? AND idx < ? ORDER BY idx')
    .all(versionId, offset, offset + limit) as Row[];
  return rows.map(fromRow);
}

/** The rows of these numbers, in their order and one at a time; numbers that do not exist are left out. */
export function* pairsAt(store: Store, versionId: string, numbers: Iterable<number>): Generator<StoredPair> {
  const statement = store.prepare('SELECT * FROM pairs WHERE version_id = ? AND idx = ?');
  for (const number of numbers) {
    const row = statement.get(versionId, number) as Row | undefined;
    if (row) yield fromRow(row);
  }
}

/** Rows are numbered densely, so the last number tells their count without a scan. */
export function countPairs(store: Store, versionId: string): number {
  const row = store.prepare('SELECT max(idx) AS last FROM pairs WHERE version_id = ?').get(versionId) as {
    last: number | null;
  };
  return row.last === null ? 0 : row.last + 1;
}

/** All rows of a version, one at a time. */
export function* iteratePairs(store: Store, versionId: string): Generator<StoredPair> {
  const PAGE = 1000;
  for (let offset = 0; ; offset += PAGE) {
    const page = readPairs(store, versionId, offset, PAGE);
    yield* page;
    if (page.length < PAGE) return;
  }
}

/** A row's prompt and its answers as they are stored: conversations as JSON. */
export interface RowTexts {
  readonly prompt: string;
  readonly answers: readonly string[];
}

const ROW_TEXTS = 'SELECT prompt, chosen, rejected, completion FROM pairs WHERE version_id = ?';

/** Rows spread evenly over a version, its longest ones, and how many there are: what a plan of a run is worked out from. */
export function sampledRowTexts(
  store: Store,
  versionId: string,
  count: number,
): Record<'spread' | 'longest', RowTexts[]> & { readonly total: number } {
  const textsOf = (rows: unknown[]): RowTexts[] =>
    (rows as Pick<Row, 'prompt' | 'chosen' | 'rejected' | 'completion'>[]).map((row) => ({
      prompt: row.prompt,
      answers: [row.chosen, row.rejected, row.completion].filter((text) => text !== null),
    }));
  const total = (store.prepare('SELECT count(*) AS n FROM pairs WHERE version_id = ?').get(versionId) as { n: number })
    .n;
  const every = Math.max(1, Math.floor(total / count));
  return {
    total,
    spread: textsOf(store.prepare(`${ROW_TEXTS} AND idx % ? = 0 LIMIT ?`).all(versionId, every, count)),
    longest: textsOf(
      store
        .prepare(
          `${ROW_TEXTS} ORDER BY length(prompt) + length(coalesce(chosen, '')) + length(coalesce(rejected, '')) + length(coalesce(completion, '')) DESC LIMIT ?`,
        )
        .all(versionId, count),
    ),
  };
}
