/** Kinds of files that rows come in, told by how their bytes begin: one line each. */
import { type Named, registry } from '../../base/registry.ts';
import type { SourceRecord } from '../records.ts';
import { CR, endsLinesWithCr, type ReadOptions } from './bytes.ts';
import { type Dialect, readDelimited, SEPARATOR_LINE } from './delimited.ts';
import { readJsonArray } from './json-array.ts';
import { findRowList, readJsonDocument } from './json-document.ts';
import { beginsWithListLine, readJsonLines, readListLines } from './json-lines.ts';
import { ofUnpacked } from './unpacked-file.ts';

/** The unpacked beginning of a file, from the first byte on that is no white space. */
export interface Beginning {
  readonly bytes: Buffer;
  /** The bytes as Latin-1, so that places are bytes. */
  readonly text: string;
  /** Bytes of white space before it. */
  readonly start: number;
  /** The file has no more than this. */
  readonly isWhole: boolean;
}

interface Container extends Named {
  matches(beginning: Beginning): boolean;
  read(path: string, options: ReadOptions, beginning: Beginning): AsyncGenerator<SourceRecord>;
}

type Read = (path: string, options: ReadOptions) => AsyncGenerator<SourceRecord>;

/** A container that is read at any place of its file; its library is loaded when a file asks for it. */
const table = (id: string, matches: (bytes: Buffer) => boolean, load: () => Promise<Read>): Container => ({
  id,
  matches: ({ bytes }) => matches(bytes),
  async *read(path, options) {
    const read = await load();
    yield* ofUnpacked(path, options, (file) => read(file, options));
  },
});

const startsWith = (magic: string) => (bytes: Buffer) => bytes.toString('latin1', 0, magic.length) === magic;

/** A file says so; a stream begins with a mark and the length of its schema. */
const isArrow = (bytes: Buffer): boolean =>
  startsWith('ARROW1')(bytes) || (bytes.length >= 8 && bytes.readInt32LE(0) === -1 && bytes.readInt32LE(4) > 0);

const delimited = (id: string, separator: string): Container => ({
  id,
  matches: ({ text }) => separatorOf(text) === separator,
  read: (path, options, { text }) => readDelimited(path, dialectOf(separator, text), options),
});

const dialectOf = (delimiter: string, text: string): Dialect => ({
  delimiter,
  end: endsLinesWithCr(text) ? CR : undefined,
  // tables with tabs are often written without quoting; where it is used, some field begins with a quote
  isQuoted: delimiter !== '\t' || !text.includes('"') || /(?:^|[\t\r\n])"/.test(text),
});

/** The separator that stands most often in the first line, outside quotes. */
function separatorOf(text: string): string {
  const said = SEPARATOR_LINE.exec(text)?.[1];
  if (said !== undefined) return said;
  const line = /^[^\r\n]*/.exec(text)?.[0].replace(/"[^"]*"/g, '') ?? '';
  const count = (separator: string) => line.split(separator).length;
  return ['\t', ';'].reduce((best, other) => (count(other) > count(best) ? other : best), ',');
}

/** In the order in which they are tried; what none else is, is read as CSV. */
export const containers = registry<Container>('container', [
  table('parquet', startsWith('PAR1'), async () => (await import('./parquet.ts')).readParquet),
  table('arrow', isArrow, async () => (await import('./arrow.ts')).readArrow),
  table('xlsx', startsWith('PK\x03\x04'), async () => (await import('./xlsx.ts')).readXlsx),
  { id: 'list-lines', matches: ({ text }) => beginsWithListLine(text), read: readListLines },
  { id: 'json', matches: ({ text }) => text[0] === '[', read: (path, options) => readJsonArray(path, options) },
  {
    id: 'json-document',
    matches: ({ text, isWhole }) => text[0] === '{' && findRowList(text, isWhole) !== undefined,
    async *read(path, options, { text, start, isWhole }) {
      const list = findRowList(text, isWhole);
      if (list) yield* readJsonDocument(path, { ...list, offset: start + list.offset }, options);
    },
  },
  {
    id: 'jsonl',
    matches: ({ text }) => text[0] === '{',
    read: (path, options, { text }) => readJsonLines(path, options, endsLinesWithCr(text) ? CR : undefined),
  },
  delimited('tsv', '\t'),
  delimited('csv-semicolon', ';'),
  delimited('csv', ','),
]);
