/** `textwrap.wrap` of Python, as the filter `wordwrap` uses it. */
import { characters, textLength, valueError } from './values.ts';
import { spend } from './work.ts';

export interface WrapOptions {
  readonly width: number;
  readonly breakLong: boolean;
  readonly breakHyphens: boolean;
}

const SPACE = '[\\t\\n\\x0b\\x0c\\r ]';
const WORD = '[\\p{L}\\p{N}_]';
const LETTER = '[\\p{L}\\p{Nl}\\p{No}_]';
/** Chunks that lines may be broken between: blanks, words, parts of hyphenated words, dashes. */
const CHUNKS = new RegExp(
  `(${SPACE}+|(?<=[\\p{L}\\p{N}_!"'&.,?])-{2,}(?=${WORD})|[^\\t\\n\\x0b\\x0c\\r ]+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?=${SPACE}|$)|(?<=[\\p{L}\\p{N}_!"'&.,?])(?=-{2,}${WORD})))`,
  'u',
);
const SIMPLE_CHUNKS = new RegExp(`(${SPACE}+)`);
const isBlank = (chunk: string): boolean => chunk.trim() === '';

/** The lines of one paragraph. */
export function wrap(paragraph: string, { width, breakLong, breakHyphens }: WrapOptions): string[] {
  if (width <= 0) throw valueError(`invalid width ${width} (must be > 0)`);
  const chunks = paragraph
    .split(breakHyphens ? CHUNKS : SIMPLE_CHUNKS)
    .filter((chunk) => chunk !== '')
    .reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const line: string[] = [];
    let length = 0;
    if (lines.length > 0 && isBlank(chunks[chunks.length - 1])) chunks.pop();
    while (chunks.length > 0) {
      const next = textLength(chunks[chunks.length - 1]);
      if (length + next > width) break;
      line.push(chunks.pop() ?? '');
      length += next;
    }
    if (chunks.length > 0 && textLength(chunks[chunks.length - 1]) > width) {
      breakChunk(chunks, line, width - length, breakLong, breakHyphens);
      length = textLength(line.join(''));
    }
    if (line.length > 0 && isBlank(line[line.length - 1])) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

/** Puts as much of a word that fits no line as there is room for, or all of it on a line of its own. */
function breakChunk(chunks: string[], line: string[], room: number, breakLong: boolean, breakHyphens: boolean): void {
  const left = Math.max(room, 1);
  if (!breakLong) {
    if (line.length === 0) line.push(chunks.pop() ?? '');
    return;
  }
  const chunk = characters(chunks.pop() ?? '');
  spend(chunk.length / 16);
  let end = room < 1 ? 1 : left;
  if (breakHyphens && chunk.length > left) {
    const hyphen = chunk.slice(0, left).lastIndexOf('-');
    if (hyphen > 0 && chunk.slice(0, hyphen).some((c) => c !== '-')) end = hyphen + 1;
  }
  line.push(chunk.slice(0, end).join(''));
  chunks.push(chunk.slice(end).join(''));
}
