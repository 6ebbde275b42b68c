/** ShareGPT's messages ({from, value}) as LLaMA-Factory reads them: pairs with both answers beside the conversation, others with the answer as its last message. */
import type { ChatMessage, StoredPair } from '../../../../preload/contract/datasets.ts';
import {
  answerOf,
  asChat,
  besideOf,
  cannotHold,
  type ExportFormat,
  type ExportSource,
  jsonLines,
  othersOf,
} from './export-format.ts';

const SPEAKERS = new Map([
  ['user', 'human'],
  ['assistant', 'gpt'],
  ['system', 'system'],
  ['tool', 'observation'],
]);

function turn(pair: StoredPair, { role, content }: ChatMessage): { from: string; value: string } {
  const from = SPEAKERS.get(role);
  if (from === undefined) throw cannotHold(pair, 'sharegpt', `it has no name for the role "${role}"`);
  return { from, value: content };
}

function rowOf(pair: StoredPair): object {
  const prompt = pair.prompt === '' ? [] : asChat(pair.prompt, 'user').map((m) => turn(pair, m));
  const others = { ...besideOf(pair), ...othersOf(pair, ['conversations', 'messages', 'kto_tag']) };
  const answer = (side: 'chosen' | 'rejected' | 'completion') => turn(pair, answerOf(pair, side, 'sharegpt'));
  if (pair.chosen !== null)
    return { conversations: prompt, chosen: answer('chosen'), rejected: answer('rejected'), ...others };
  const last = pair.completion === null ? [] : [answer('completion')];
  return { conversations: [...prompt, ...last], label: pair.label ?? undefined, ...others };
}

/** LLaMA-Factory finds a file by its entry in dataset_info.json, which also says what its columns mean. */
function entryOf({ kind }: ExportSource, fileName: string): object {
  const columns = { messages: 'conversations' };
  const common = { file_name: fileName, formatting: 'sharegpt' };
  if (kind === 'preference')
    return { ...common, ranking: true, columns: { ...columns, chosen: 'chosen', rejected: 'rejected' } };
  return { ...common, columns: kind === 'unpaired' ? { ...columns, kto_tag: 'label' } : columns };
}

export const sharegpt: ExportFormat = {
  id: 'sharegpt',
  title: 'ShareGPT, JSONL',
  extension: 'jsonl',
  kinds: ['preference', 'unpaired', 'demonstrations'],
  beside: (source, fileName) => ({ name: 'dataset_info.json', entry: [source.name, entryOf(source, fileName)] }),
  pieces: (source) => jsonLines(source, (pair) => [rowOf(pair)]),
};
