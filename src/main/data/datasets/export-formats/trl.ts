/** TRL's JSONL: the row under TRL's names, as it is stored or as conversations. Other columns of the source stand beside the fields, as they did there. */
import type { StoredPair, TextOrChat } from '../../../../preload/contract/datasets.ts';
import { asChat, besideOf, checkTexts, type ExportFormat, jsonLines, othersOf } from './export-format.ts';

type Convert = (value: TextOrChat, role: string) => TextOrChat;

/** The row under TRL's names; what is absent is left out. */
export function trlFields(pair: StoredPair, convert: Convert = (value) => value): Record<string, unknown> {
  const answer = (value: TextOrChat | null) => (value === null ? undefined : convert(value, 'assistant'));
  const fields = {
    prompt: convert(pair.prompt, 'user'),
    chosen: answer(pair.chosen),
    rejected: answer(pair.rejected),
    completion: answer(pair.completion),
    label: pair.label ?? undefined,
  };
  return { ...fields, ...besideOf(pair), ...othersOf(pair) };
}

const KINDS = ['preference', 'unpaired', 'demonstrations', 'prompts'] as const;

export const trl: ExportFormat = {
  id: 'trl',
  title: 'TRL, JSONL',
  extension: 'jsonl',
  kinds: KINDS,
  *pieces(source) {
    checkTexts(source, 'trl');
    yield* jsonLines(source, (pair) => [trlFields(pair)]);
  },
};

export const trlConversational: ExportFormat = {
  id: 'trl-conversational',
  title: 'TRL, conversational JSONL',
  extension: 'jsonl',
  kinds: KINDS,
  pieces: (source) => jsonLines(source, (pair) => [trlFields(pair, asChat)]),
};
