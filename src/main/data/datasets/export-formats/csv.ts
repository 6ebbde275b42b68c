/** CSV with TRL's names as its header; other columns of the source are left out, because a header must be known before the rows. */
import type { DatasetKind } from '../../../../preload/contract/datasets.ts';
import { conversationIn } from '../../records/delimited.ts';
import { cannotHold, type ExportFormat, type ExportSource, inPieces } from './export-format.ts';
import { trlFields } from './trl.ts';

const COLUMNS: Readonly<Record<DatasetKind, readonly string[]>> = {
  preference: ['prompt', 'chosen', 'rejected', 'tie', 'margin', 'score_chosen', 'score_rejected', 'annotator'],
  unpaired: ['prompt', 'completion', 'label'],
  demonstrations: ['prompt', 'completion'],
  prompts: ['prompt'],
};

/** A conversation is its JSON; a lone empty cell is quoted, because readers take the bare line for a blank one. */
function cell(value: unknown, alone: boolean): string {
  const text = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) || (alone && text.trim() === '') ? `"${text.replaceAll('"', '""')}"` : text;
}

function* lines({ kind, rows }: ExportSource): Generator<string> {
  const columns = COLUMNS[kind];
  yield columns.join(',');
  for (const pair of rows) {
    const fields = trlFields(pair);
    for (const name of columns)
      if (typeof fields[name] === 'string') {
        if (conversationIn(fields[name]))
          throw cannotHold(pair, 'csv', `its ${name} is a text that would be read back as a conversation`);
        if (fields[name].includes('\0')) throw cannotHold(pair, 'csv', `its ${name} holds a NUL character`);
      }
    yield columns.map((name) => cell(fields[name], columns.length === 1)).join(',');
  }
}

export const csv: ExportFormat = {
  id: 'csv',
  title: 'CSV',
  extension: 'csv',
  kinds: ['preference', 'unpaired', 'demonstrations', 'prompts'],
  pieces: (source) => inPieces(lines(source)),
};
