/** Spreadsheets (.xlsx): the first sheet that has rows, its first row as the header; numbers and dates stay what they are. */
import { readFile } from 'node:fs/promises';
import readSpreadsheet, { type SheetData } from 'read-excel-file/universal';
import type { SourceRecord } from '../records.ts';
import { fileSize, type ReadOptions } from './bytes.ts';
import { DatasetError, faultAt } from './dataset-error.ts';
import { checkHeader } from './header.ts';
import { type ZipEntry, zipEntries, zipText } from './zip-entries.ts';

/** A spreadsheet is read whole; its archive may claim any size. */
const MAX_PACKED_BYTES = 128 << 20;
const MAX_BYTES = 512 << 20;

export async function* readXlsx(path: string, options: ReadOptions): AsyncGenerator<SourceRecord> {
  const sheet = await firstSheet(path);
  options.onBytes?.(fileSize(path));
  const first = sheet.findIndex((cells) => !isBlank(cells));
  if (first < 0) throw new DatasetError(`${path}: the spreadsheet has no rows`);
  const names = headerOf(path, sheet[first], first + 1);
  let row = 0;
  for (let at = first + 1; at < sheet.length; at++) {
    if (isBlank(sheet[at])) continue;
    yield { value: recordOf(path, names, sheet[at], at + 1), line: at + 1, row: row++ };
  }
  if (row === 0) throw new DatasetError(`${path}: there is a header and no rows`);
}

const isBlank = (cells: SheetData[number]): boolean => cells.every((cell) => cell === null || cell === '');

async function firstSheet(path: string): Promise<SheetData> {
  const packed = fileSize(path);
  if (packed > MAX_PACKED_BYTES)
    throw new DatasetError(`${path}: a spreadsheet of more than ${MAX_PACKED_BYTES >> 20} MB; save it as CSV`);
  const bytes = await readFile(path);
  const entries = zipEntries(bytes);
  if (!entries.some(({ name }) => name === 'xl/workbook.xml'))
    throw new DatasetError(`${path}: zip archives are not read; unpack it`);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > MAX_BYTES)
    throw new DatasetError(`${path}: unpacked the spreadsheet has ${total >> 20} MB; save it as CSV`);
  try {
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const sheets = await readSpreadsheet(whole, { trim: false });
    // a lone line says what the file is about
    const at = sheets.findIndex(({ data }) => rowsOf(data) > 1);
    const table = sheets[at] ?? sheets.find(({ data }) => rowsOf(data) > 0);
    if (!table) return [];
    checkOthers(path, table, sheets);
    checkCells(path, table.data, sheetXml(bytes, entries, sheets.indexOf(table)));
    return table.data;
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${path}: the spreadsheet cannot be read: ${why}`, { cause });
  }
}

const rowsOf = (data: SheetData): number => data.filter((cells) => !isBlank(cells)).length;
const firstRow = (data: SheetData): number => data.findIndex((cells) => !isBlank(cells));

interface Sheet {
  readonly sheet: string;
  readonly data: SheetData;
}

/** Another sheet with the same header holds more of the rows. */
function checkOthers(path: string, table: Sheet, sheets: readonly Sheet[]): void {
  const headerIn = ({ data }: Sheet) => JSON.stringify(data[firstRow(data)]);
  const more = sheets.filter((other) => rowsOf(other.data) > 1 && headerIn(other) === headerIn(table));
  if (more.length > 1)
    throw new DatasetError(
      `${path}: ${more.length} sheets hold rows under the same header (${more.map(({ sheet }) => `"${sheet}"`).join(', ')}); save each as a file of its own`,
    );
}

/** The XML of the sheet at that place in the workbook; undefined where the workbook does not say which file it is. */
function sheetXml(bytes: Buffer, entries: readonly ZipEntry[], place: number): string | undefined {
  const textOf = (name: string) => {
    const entry = entries.find((each) => each.name === name);
    return entry && zipText(bytes, entry);
  };
  const sheets = [...(textOf('xl/workbook.xml') ?? '').matchAll(/<(?:\w+:)?sheet\s[^>]*?\br:id="([^"]+)"/g)];
  const relations = [...(textOf('xl/_rels/workbook.xml.rels') ?? '').matchAll(/<Relationship\s[^>]*>/g)].map(String);
  const relation = relations.find((xml) => xml.includes(`Id="${sheets[place]?.[1]}"`));
  const target = /Target="([^"]+)"/.exec(relation ?? '')?.[1];
  return target === undefined ? undefined : textOf(target.startsWith('/') ? target.slice(1) : `xl/${target}`);
}

/** Throws DatasetError for cells whose value is not in the file: all but the first of merged ones, and formulas that no program has worked out. */
function checkCells(path: string, data: SheetData, xml = ''): void {
  const header = firstRow(data) + 1;
  for (const [, ref] of xml.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([^"]+)"/g)) {
    const last = Number(/\d+$/.exec(ref)?.[0]);
    if (last >= header)
      throw faultAt(path, last, `the cells ${ref} are merged, which leaves all but the first empty; unmerge them`);
  }
  const unsaved =
    /<(?:\w+:)?c\s(?![^>]*\bt="str")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<f\b[^>]*?(?:\/>|>[^<]*<\/f>)\s*(?:<v\s*\/>|<v><\/v>)?\s*<\/(?:\w+:)?c>/.exec(
      xml,
    );
  if (unsaved)
    throw faultAt(
      path,
      Number(unsaved[2]),
      `the cell ${unsaved[1]}${unsaved[2]} is a formula without a saved value; open the file in a spreadsheet program and save it`,
    );
}

/** Names of the columns; what stands to the right of the last name belongs to no column. */
function headerOf(path: string, cells: SheetData[number], line: number): string[] {
  const last = cells.findLastIndex((cell) => cell !== null && cell !== '');
  const names = cells.slice(0, last + 1).map((cell, i) => {
    if (typeof cell === 'string' && cell.trim() !== '') return cell.trim();
    throw faultAt(path, line, `the header's cell ${i + 1} is ${cell === null ? 'empty' : `no text (${cell})`}`);
  });
  checkHeader(path, line, names);
  return names;
}

function recordOf(path: string, names: readonly string[], cells: SheetData[number], line: number) {
  const beyond = cells.findLastIndex((cell) => cell !== null && cell !== '');
  if (beyond >= names.length)
    throw faultAt(path, line, `it has a cell in column ${beyond + 1}, the header has ${names.length} columns`);
  // an empty cell is an empty text, as in a CSV file
  return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
}
