/** Anthropic's HH dialogues (2204.05862): two whole dialogues that differ in the last assistant turn. */
import type { ChatMessage, ColumnMapping } from '../../../preload/contract/datasets.ts';
import {
  type Draft,
  type Format,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  textAt,
  valueAt,
} from './format.ts';
import { BESIDE_A_PAIR, BESIDE_FIELDS, pairDraft } from './preference-pair.ts';

/** Share of dialogues from which a file is one of dialogues. */
const FEW = 0.1;
/** More than a file of pairs without a prompt gets. */
const MIXED = 0.75;

/** Where a turn begins: behind an empty line, or at the start. */
const TURN = /(?:^|\n\n)(Human|Assistant):/g;
/** The same in texts whose lines all end as Windows ends them. */
const TURN_CRLF = /(?:^|\r\n\r\n)(Human|Assistant):/g;

/** Whether a text begins as a dialogue does; some files leave out the empty line before it, or end lines as Windows does. */
export const isDialogue = (text: unknown): text is string => typeof text === 'string' && /^\s*Human:/.test(text);

/** "\n\nHuman: … \n\nAssistant: …" → messages; refused when it does not begin with a turn. */
export function turnsOfDialogue(text: string, field: string): ChatMessage[] {
  // white space before the first mark is no turn
  const dialogue = /^\s*(?:Human|Assistant):/.test(text) ? text.trimStart() : text;
  const marks = [...dialogue.matchAll(/\n\n(?:Human|Assistant):/.test(dialogue) ? TURN : TURN_CRLF)];
  if (marks.length === 0 || marks[0].index !== 0) throw new RowRefused(`${field} does not begin with "\\n\\nHuman:"`);
  return marks.map((mark, i) => ({
    role: mark[1] === 'Human' ? 'user' : 'assistant',
    // the space after the colon belongs to the mark; all else is what was said
    content: dialogue.slice(mark.index + mark[0].length, marks[i + 1]?.index).replace(/^ /, ''),
  }));
}

/** One in which somebody answers. */
export const isWholeDialogue = (text: unknown): boolean => isDialogue(text) && /\n\r?\nAssistant:/.test(text);

const endOf = (turns: readonly ChatMessage[]): string => `… ${turns.at(-2)?.content.slice(-60) ?? ''}\n\nAssistant:`;

function whereTheyDiffer(chosen: readonly ChatMessage[], rejected: readonly ChatMessage[]): string {
  const first = chosen.findIndex((turn, i) => JSON.stringify(turn) !== JSON.stringify(rejected[i]));
  return `turn ${first + 1} differs; chosen has ${chosen.length} turns, rejected ${rejected.length}`;
}

export const anthropicHh: Format = {
  id: 'hh',
  title: 'Anthropic HH dialogues',
  kind: 'preference',
  fields: ['chosen', 'rejected', ...BESIDE_FIELDS],
  mapping: { chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
  sniff(records) {
    const fits = records.filter((r) => ['chosen', 'rejected'].every((c) => isWholeDialogue(valueAt(r, c)))).length;
    const share = records.length === 0 ? 0 : fits / records.length;
    return {
      // rows that are no dialogues are refused by name: as texts they would not be like the others
      score: share < FEW ? 0 : Math.max(MIXED, 0.95 * share),
      reason: `${percentOf(share)} are dialogues that begin with "Human:"`,
    };
  },
  read(record, mapping) {
    const texts = (['chosen', 'rejected'] as const).map((field) => {
      const text = textAt(record, mapping[field], field);
      if (typeof text !== 'string')
        throw new RowFault(field, `${field} is a list of messages; a dialogue as text was expected`);
      return turnsOfDialogue(text, field);
    });
    return [pairOfDialogues(record, mapping, texts)];
  },
};

/** The pair of two dialogues, the chosen one first: what comes before their last turns is the prompt. */
export function pairOfDialogues(
  record: RecordValue,
  mapping: ColumnMapping,
  texts: readonly (readonly ChatMessage[])[],
): Draft {
  const [chosen, rejected] = texts;
  const answers = texts.map((turns) => turns.at(-1));
  if (answers.some((a) => a?.role !== 'assistant')) throw new RowRefused("the last turn is not the assistant's");
  if (JSON.stringify(chosen.slice(0, -1)) !== JSON.stringify(rejected.slice(0, -1)))
    throw new RowRefused('the dialogues differ before the last assistant turn', whereTheyDiffer(chosen, rejected));
  const empty = answers.findIndex((a) => a?.content.trim() === '');
  if (empty >= 0) throw new RowRefused('the last assistant turn of one side is empty', endOf(texts[empty]));
  return pairDraft(record, mapping, chosen.slice(0, -1), { chosen: chosen.slice(-1), rejected: rejected.slice(-1) });
}
