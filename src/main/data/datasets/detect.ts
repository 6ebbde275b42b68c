/** Which format a file has and which column plays which role: from its first rows, corrected by the user. */
import type { ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import { nearest } from '../../base/registry.ts';
import type { Format, RecordValue } from '../formats/format.ts';
import { valueAt } from '../formats/format.ts';
import { formats, rankFormats } from '../formats/index.ts';
import { DatasetError, readRecords } from '../records.ts';

/** Records that decide the format. */
const SNIFFED = 50;

export interface ImportOptions {
  /** Id of a format; without it the file's content decides. */
  readonly format?: string;
  /** Corrections: they win over the format's own column names. */
  readonly mapping?: ColumnMapping;
}

export interface Detection {
  readonly format: Format;
  readonly mapping: ColumnMapping;
  readonly kind: DatasetKind;
  readonly ranked: ReturnType<typeof rankFormats>;
  readonly head: readonly RecordValue[];
}

/** Format and mapping of a file: what the user chose, else what its first rows look like. Throws DatasetError. */
export async function detectFormat(path: string, options: ImportOptions = {}): Promise<Detection> {
  const head = await firstRecords(path);
  checkColumns(path, options.mapping ?? {}, head);
  const ranked = rankFormats(head);
  const format = choose(options, ranked);
  if (!format)
    throw new DatasetError(
      `${path}: no known format fits its columns (${columnsOf(head).join(', ')}). Map them: --map chosen=COLUMN --map rejected=COLUMN …`,
    );
  // only columns that exist are used, so that an absent "margin" is not an error
  const own = Object.fromEntries(
    Object.entries(format.mapping).filter(([, c]) => head.some((r) => valueAt(r, String(c)) !== undefined)),
  );
  const corrected = { ...own, ...options.mapping };
  // "" takes a role away from the column that the format gives it
  const mapping: ColumnMapping = Object.fromEntries(Object.entries(corrected).filter(([, column]) => column !== ''));
  return { format, mapping, kind: format.kindOf?.(mapping) ?? format.kind, ranked, head };
}

async function firstRecords(path: string): Promise<RecordValue[]> {
  const head: RecordValue[] = [];
  for await (const { value } of readRecords(path)) {
    head.push(value);
    if (head.length === SNIFFED) break;
  }
  return head;
}

export const columnsOf = (head: readonly RecordValue[]): string[] => [...new Set(head.flatMap((r) => Object.keys(r)))];

function checkColumns(path: string, mapping: ColumnMapping, head: readonly RecordValue[]): void {
  const columns = columnsOf(head);
  for (const [field, column] of Object.entries(mapping))
    if (column !== undefined && column !== '' && head.every((r) => valueAt(r, column) === undefined))
      throw new DatasetError(
        `${path}: there is no column "${column}" for ${field}; did you mean "${nearest(column, columns)}"? Columns: ${columns.join(', ')}`,
      );
}

/** A format that knows all the roles that were mapped; a mapping that none of the recognised ones knows is a table of columns. */
function choose({ format, mapping }: ImportOptions, ranked: Detection['ranked']): Format | undefined {
  if (format) return formats.get(format);
  const roles = Object.entries(mapping ?? {}).flatMap(([role, column]) =>
    column === undefined || column === '' ? [] : [role],
  );
  if (roles.length === 0) return ranked[0]?.format;
  const knows = (known: Format) => roles.every((role) => (known.fields as readonly string[]).includes(role));
  return ranked.find((r) => knows(r.format))?.format ?? formats.get('columns');
}
