/** From a stored version to a file: export then import is the identity on every field the format holds. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { StoredPair, TextOrChat } from '../../../preload/contract/datasets.ts';
import { registry } from '../../base/registry.ts';
import { iteratePairs } from '../store/pairs.ts';
import type { Store } from '../store/store.ts';

interface Writer {
  readonly id: string;
  /** First line, if the format has one. */
  readonly header?: string;
  line(pair: StoredPair): string;
}

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== false),
  );

const fieldsOf = (
  pair: StoredPair,
  convert: (value: TextOrChat, role: string) => TextOrChat,
): Record<string, unknown> => ({
  prompt: convert(pair.prompt, 'user'),
  ...present({
    chosen: pair.chosen && convert(pair.chosen, 'assistant'),
    rejected: pair.rejected && convert(pair.rejected, 'assistant'),
    completion: pair.completion && convert(pair.completion, 'assistant'),
    tie: pair.tie,
    margin: pair.margin,
    score_chosen: pair.scoreChosen,
    score_rejected: pair.scoreRejected,
  }),
  ...(pair.label === null ? {} : { label: pair.label }),
});

const asChat = (value: TextOrChat, role: string): TextOrChat =>
  typeof value === 'string' ? [{ role, content: value }] : value;
const asText = (value: TextOrChat | null): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const exportFormats = registry<Writer>('export format', [
  { id: 'trl', line: (pair) => JSON.stringify(fieldsOf(pair, (value) => value)) },
  { id: 'trl-conversational', line: (pair) => JSON.stringify(fieldsOf(pair, asChat)) },
  {
    id: 'csv',
    header: 'prompt,chosen,rejected',
    line: (pair) => [pair.prompt, pair.chosen, pair.rejected].map((value) => cell(asText(value))).join(','),
  },
]);

/** Writes a whole version; the file appears when it is complete. Returns the number of rows. */
export function exportVersion(store: Store, versionId: string, format: string, path: string): number {
  const writer = exportFormats.get(format);
  const temporary = `${path}.part`;
  const fd = openSync(temporary, 'w');
  let rows = 0;
  try {
    if (writer.header) writeSync(fd, `${writer.header}\n`);
    for (const pair of iteratePairs(store, versionId)) {
      writeSync(fd, `${writer.line(pair)}\n`);
      rows++;
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  return rows;
}
