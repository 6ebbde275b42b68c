/** Spreadsheets (.xlsx): the first sheet that has rows, its first row as the header; numbers and dates stay what they are. */
import { readFile } from 'node:fs/promises';
import readSpreadsheet, { type SheetData } from 'read-excel-file/universal';
import type { SourceRecord } from '../records.ts';
import { fileSize, type ReadOptions } from './bytes.ts';
import { DatasetError, faultAt } from './dataset-error.ts';
import { checkHeader } from './header.ts';
import { zipEntries } from './zip-entries.ts';

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
    const rowsOf = (data: SheetData) => data.filter((cells) => !isBlank(cells)).length;
    // a lone line says what the file is about
    const table = sheets.find(({ data }) => rowsOf(data) > 1) ?? sheets.find(({ data }) => rowsOf(data) > 0);
    return table?.data ?? [];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${path}: the spreadsheet cannot be read: ${why}`, { cause });
  }
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
