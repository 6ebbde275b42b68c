/** Parquet with TRL's names: texts, or conversations as lists of {role, content} when one row has one; other columns of the source keep their types. */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { DatasetKind, StoredPair, TextOrChat } from '../../../../preload/contract/datasets.ts';
import { wideAsRaw } from '../../records/exact-json.ts';
import { asChat, besideOf, checkTexts, type ExportFormat, type ExportSource, othersOf } from './export-format.ts';
import { type ColumnType, metadataColumns } from './metadata-columns.ts';

/** Rows that are held and written together. */
const GROUP = 2000;

const TEXTS: Readonly<Record<DatasetKind, readonly string[]>> = {
  preference: ['prompt', 'chosen', 'rejected'],
  unpaired: ['prompt', 'completion'],
  demonstrations: ['prompt', 'completion'],
  prompts: ['prompt'],
};
const BESIDE: Readonly<Record<string, ColumnType>> = {
  label: 'boolean',
  tie: 'boolean',
  margin: 'number',
  score_chosen: 'number',
  score_rejected: 'number',
  annotator: 'text',
};

const SCALARS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type: 'OPTIONAL' },
  number: { type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  integer: { type: 'INT64', repetition_type: 'OPTIONAL' },
  boolean: { type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' }, repetition_type: 'OPTIONAL' },
};

/** A list of {role, content}, in the three levels that Parquet has for lists. */
const conversationSchema = (name: string): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
  { ...SCALARS.text, name: 'role' },
  { ...SCALARS.text, name: 'content' },
];

interface Column {
  readonly name: string;
  readonly schema: readonly SchemaElement[];
  cellOf(pair: StoredPair): unknown;
}

const ROLES: Readonly<Record<string, string>> = { prompt: 'user' };

function textColumn(name: string, isChat: boolean): Column {
  const textOf = (pair: StoredPair) => pair[name as 'prompt'] as TextOrChat | null;
  const role = ROLES[name] ?? 'assistant';
  return {
    name,
    schema: isChat ? conversationSchema(name) : [{ ...SCALARS.text, name }],
    cellOf(pair) {
      const value = textOf(pair);
      return value === null || !isChat ? value : asChat(value, role);
    },
  };
}

const scalarColumn = (name: string, type: ColumnType, cellOf: Column['cellOf']): Column => ({
  name,
  schema: [{ ...SCALARS[type], name }],
  cellOf(pair) {
    const value = cellOf(pair);
    if (value === undefined || value === null) return value;
    return type === 'integer' ? BigInt(String(value)) : type === 'json' ? wideAsRaw(value) : value;
  },
});

function columnsOf(source: ExportSource): Column[] {
  let isChat = false;
  const present = new Set<string>();
  const beside = (pair: StoredPair) => ({ label: pair.label ?? undefined, ...besideOf(pair) });
  for (const pair of source.rows) {
    isChat ||= [pair.prompt, pair.chosen, pair.rejected, pair.completion].some((value) => Array.isArray(value));
    for (const [name, value] of Object.entries(beside(pair))) if (value !== undefined) present.add(name);
  }
  return [
    ...TEXTS[source.kind].map((name) => textColumn(name, isChat)),
    ...Object.entries(BESIDE)
      .filter(([name]) => present.has(name))
      .map(([name, type]) => scalarColumn(name, type, (pair) => (beside(pair) as Record<string, unknown>)[name])),
    ...[...metadataColumns(source)].map(([name, type]) => scalarColumn(name, type, (pair) => othersOf(pair)[name])),
  ];
}

function* pieces(source: ExportSource): Generator<Uint8Array> {
  checkTexts(source, 'parquet');
  const columns = columnsOf(source);
  const bytes = new ByteWriter();
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => column.schema)];
  const writer = new ParquetWriter({ writer: bytes, schema });
  /** What was written since the last piece; the writer goes on counting. */
  const taken = () => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece;
  };
  let group: StoredPair[] = [];
  const write = () => {
    const columnData = columns.map(({ name, cellOf }) => ({ name, data: group.map((pair) => cellOf(pair)) }));
    if (group.length > 0) writer.write({ columnData, rowGroupSize: GROUP });
    group = [];
  };
  for (const pair of source.rows) {
    group.push(pair);
    if (group.length < GROUP) continue;
    write();
    yield taken();
  }
  write();
  writer.finish();
  yield taken();
}

export const parquet: ExportFormat = {
  id: 'parquet',
  title: 'TRL, Parquet',
  extension: 'parquet',
  kinds: ['preference', 'unpaired', 'demonstrations', 'prompts'],
  pieces,
};
