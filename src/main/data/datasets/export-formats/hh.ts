/** Anthropic's HH JSONL: two whole dialogues as text that differ in the last turn. */
import type { ChatMessage, StoredPair } from '../../../../preload/contract/datasets.ts';
import { answerOf, asChat, besideOf, cannotHold, type ExportFormat, jsonLines, othersOf } from './export-format.ts';

const SPEAKERS = new Map([
  ['user', 'Human'],
  ['assistant', 'Assistant'],
]);
const TURN = /\n\n(Human|Assistant):/;

function dialogue(pair: StoredPair, messages: readonly ChatMessage[]): string {
  const turns = messages.map(({ role, content }) => {
    const speaker = SPEAKERS.get(role);
    if (speaker === undefined) throw cannotHold(pair, 'hh', `it has no turn for the role "${role}"`);
    // the text would be read back as another turn
    if (TURN.test(`\n\n${content}`)) throw cannotHold(pair, 'hh', 'a text holds a mark of a turn ("Human:")');
    return `\n\n${speaker}: ${content}`;
  });
  return turns.join('');
}

function rowOf(pair: StoredPair): object {
  const prompt = asChat(pair.prompt, 'user').filter(({ content }) => content !== '');
  if (prompt.length === 0) throw cannotHold(pair, 'hh', 'its prompt is empty; a dialogue begins with one');
  const whole = (side: 'chosen' | 'rejected') => dialogue(pair, [...prompt, answerOf(pair, side, 'hh')]);
  return { chosen: whole('chosen'), rejected: whole('rejected'), ...besideOf(pair), ...othersOf(pair) };
}

export const hh: ExportFormat = {
  id: 'hh',
  title: 'Anthropic HH, JSONL',
  extension: 'jsonl',
  kinds: ['preference'],
  pieces: (source) => jsonLines(source, (pair) => [rowOf(pair)]),
};
