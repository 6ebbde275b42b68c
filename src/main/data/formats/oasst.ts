/** OpenAssistant's conversation trees (2304.07327): replies of the assistant ranked by people, 0 = best; of two ranked ones the better is preferred. */
import type { ChatMessage } from '../../../preload/contract/datasets.ts';
import {
  type Draft,
  draft,
  type Format,
  isRecord,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  textAt,
} from './format.ts';
import { isBlank } from './messages.ts';

/** A message with the replies to it. */
export interface Node {
  readonly text: string;
  readonly role: string;
  readonly replies: readonly Node[];
  readonly rank: number | null;
  readonly value: RecordValue;
}

export const ROLES: ReadonlyMap<unknown, string> = new Map([
  ['prompter', 'user'],
  ['assistant', 'assistant'],
]);

/** The first message: of a tree ("prompt"), or the row itself. */
function rootOf(record: RecordValue): RecordValue | undefined {
  const found = isRecord(record.prompt) ? record.prompt : record;
  return typeof found.text === 'string' && Array.isArray(found.replies) ? found : undefined;
}

function nodeOf(value: unknown): Node {
  if (!isRecord(value)) throw new RowFault('replies', 'a reply is not an object');
  const text = textAt(value, 'text', 'text');
  const role = ROLES.get(value.role);
  if (typeof text !== 'string' || role === undefined)
    throw new RowFault(
      'role',
      `a message of "prompter" or "assistant" was expected, found ${JSON.stringify(value.role)}`,
    );
  const replies = Array.isArray(value.replies) ? value.replies.map(nodeOf) : [];
  return { text, role, replies, rank: typeof value.rank === 'number' ? value.rank : null, value };
}

const ranked = (node: Node): (Node & { readonly rank: number })[] =>
  node.replies.filter(
    (reply): reply is Node & { readonly rank: number } =>
      reply.rank !== null && reply.role === 'assistant' && reply.value.deleted !== true && !isBlank(reply.text),
  );

const message = ({ role, text }: Node): ChatMessage => ({ role, content: text });

/** A pair, and the messages that it is made of. */
export interface PairOfReplies {
  readonly draft: Draft;
  readonly better: Node;
  /** The conversation before it, both replies included. */
  readonly messages: readonly Node[];
}

/** Pairs of this message's replies and of all below, each with the conversation that leads to it. */
export function pairsBelow(node: Node, before: readonly Node[] = []): PairOfReplies[] {
  const path = [...before, node];
  const replies = ranked(node).sort((a, b) => a.rank - b.rank);
  const here = replies.flatMap((better, i) =>
    replies
      .slice(i + 1)
      .filter((worse) => worse.rank > better.rank && worse.text !== better.text)
      .map((worse) => ({
        draft: pairOf(path.map(message), better, worse),
        better,
        messages: [...path, better, worse],
      })),
  );
  return [...here, ...node.replies.flatMap((reply) => pairsBelow(reply, path))];
}

const pairOf = (prompt: ChatMessage[], better: Node & { rank: number }, worse: Node & { rank: number }): Draft =>
  draft({
    prompt,
    chosen: [message(better)],
    rejected: [message(worse)],
    metadata: {
      message_id_chosen: better.value.message_id,
      message_id_rejected: worse.value.message_id,
      rank_chosen: better.rank,
      rank_rejected: worse.rank,
      lang: better.value.lang,
      synthetic: better.value.synthetic === true || worse.value.synthetic === true || undefined,
    },
  });

export const oasst: Format = {
  id: 'oasst',
  title: 'OpenAssistant conversation trees',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const share = records.filter((r) => rootOf(r)?.role === 'prompter').length / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} are messages with ranked replies` };
  },
  read(record) {
    const root = rootOf(record);
    if (!root) throw new RowFault('replies', 'a message with "text" and "replies" was expected');
    const pairs = pairsBelow(nodeOf(root)).map(({ draft: pair }) => pair);
    if (pairs.length === 0) throw new RowRefused('no message has two replies of different rank: no pair');
    return pairs;
  },
};
