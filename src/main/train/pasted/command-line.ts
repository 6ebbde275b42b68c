/** Flags of a command line as TRL's scripts take them: `trl dpo --learning_rate 5e-7 --bf16 --lora_target_modules q_proj v_proj`. */
import { parse } from 'yaml';

/** Words as a shell splits them: quotes hold together, a backslash takes the next sign as it is, a line may go on behind one. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  const piece = /\s*(?:#[^\n]*\n?|((?:\\\n|\\[^\n]|'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"\\])+))/gy;
  for (let found = piece.exec(text); found && found[0] !== ''; found = piece.exec(text)) {
    if (found[1] === undefined) continue;
    const word = found[1].replace(/\\\n|\\([^\n])|'([^']*)'|"((?:\\.|[^"\\])*)"/g, (_all, plain, single, double) =>
      plain !== undefined ? plain : single !== undefined ? single : (double ?? '').replace(/\\(["\\$`])/g, '$1'),
    );
    if (word !== '') words.push(word);
  }
  return words;
}

/** A word as its value: numbers, true and false, JSON; "None" is null; everything else is text. */
function wordValue(word: string): unknown {
  if (word === 'None') return null;
  if (!/^[[{]/.test(word)) return /[:#&*!|>%@`]/.test(word) ? word : scalar(word);
  try {
    return parse(word);
  } catch {
    return word; // no JSON after all
  }
}

function scalar(word: string): unknown {
  const value: unknown = parse(word);
  return typeof value === 'object' ? word : value;
}

export interface Flags {
  readonly values: Readonly<Record<string, unknown>>;
  /** What stands before and between: the program, its command, files. */
  readonly words: readonly string[];
}

/** Dashes within names count as underlines; a flag without value is true, `--no_x` without value is x: false. */
export function commandFlags(text: string): Flags {
  const values: Record<string, unknown> = {};
  const words: string[] = [];
  let key: string | null = null;
  let taken: unknown[] = [];
  const finish = () => {
    if (key === null) return;
    const negated = taken.length === 0 && /^no_/.test(key);
    values[negated ? key.slice(3) : key] = taken.length === 0 ? !negated : taken.length === 1 ? taken[0] : taken;
    taken = [];
  };
  for (const word of shellWords(text)) {
    const flag = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
    if (!flag) {
      if (key === null) words.push(word);
      else taken.push(wordValue(word));
      continue;
    }
    finish();
    key = flag[1].replaceAll('-', '_');
    if (flag[2] !== undefined) taken = [wordValue(flag[2])];
  }
  finish();
  return { values, words };
}
