/** OpenAssistant's flat messages (2304.07327): each row one message that names its parent; the trees are put together, then read like those of oasst.ts. */
import {
  checkedText,
  type Format,
  type Gathering,
  numberAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  textAt,
} from './format.ts';
import { type Node, pairsBelow, ROLES } from './oasst.ts';

/** Trees need not stand together, so all messages are held until the end. */
const MAX_CHARS = 512 << 20;
/** No conversation is as long; a chain of parents may be. */
const MAX_DEPTH = 500;

interface Message extends Node {
  readonly id: string;
  readonly parent: string | null;
  readonly place: number;
  readonly replies: Message[];
}

/** What a pair keeps of its messages. */
const kept = ({ message_id, lang, synthetic, deleted }: RecordValue): RecordValue => ({
  message_id,
  lang,
  synthetic,
  deleted,
});

function idAt(record: RecordValue, column: string): string {
  const id = record[column];
  if (typeof id !== 'string' || id === '') throw new RowFault(column, `"${column}" must be the id of a message`);
  return id;
}

function messageOf(record: RecordValue, place: number): Message {
  const text = textAt(record, 'text', 'text');
  if (typeof text !== 'string') throw new RowFault('text', '"text" is a conversation; text was expected');
  const role = ROLES.get(record.role);
  if (role === undefined)
    throw new RowFault('role', `"prompter" or "assistant" was expected, found ${JSON.stringify(record.role)}`);
  const parent = (record.parent_id ?? '') === '' ? null : idAt(record, 'parent_id');
  const rank = numberAt(record, 'rank');
  return {
    id: idAt(record, 'message_id'),
    parent,
    text: checkedText(text, 'text'),
    role,
    rank,
    place,
    replies: [],
    value: kept(record),
  };
}

/** Hangs every message under its parent; the first messages of conversations are returned. */
function rootsOf(messages: ReadonlyMap<string, Message>): Message[] {
  const roots: Message[] = [];
  for (const message of messages.values()) {
    const parent = message.parent === null ? undefined : messages.get(message.parent);
    if (parent) parent.replies.push(message);
    else if (message.parent === null) roots.push(message);
  }
  return roots;
}

const isTooDeep = (node: Message): boolean => {
  let level: readonly Message[] = [node];
  for (let depth = 0; level.length > 0; depth++, level = level.flatMap(({ replies }) => replies))
    if (depth > MAX_DEPTH) return true;
  return false;
};

function gather(): Gathering {
  const messages = new Map<string, Message>();
  let chars = 0;
  return {
    add(record, place) {
      const message = messageOf(record, place);
      if (messages.has(message.id)) throw new RowRefused(`the message ${message.id} was there before`);
      chars += message.text.length;
      if (chars > MAX_CHARS) throw new RowFault('text', 'the messages are too many to be put together; use the trees');
      messages.set(message.id, message);
    },
    finish() {
      const pairs = rootsOf(messages).flatMap((root) => (isTooDeep(root) ? [] : pairsBelow(root)));
      const used = new Set(pairs.flatMap((pair) => pair.messages));
      const unused = [...messages.values()].filter((message) => !used.has(message));
      return {
        rows: pairs.map(({ draft, better }) => ({ draft, place: (better as Message).place })),
        unused: unused.map(({ place, parent, text }) => ({
          place,
          found: text,
          reason:
            parent !== null && !messages.has(parent)
              ? `its parent ${parent} is not in the file`
              : 'it is in no pair: no two replies of different rank follow it or contain it',
        })),
      };
    },
  };
}

const isMessage = (r: RecordValue): boolean =>
  typeof r.message_id === 'string' && r.parent_id !== undefined && typeof r.text === 'string' && ROLES.has(r.role);

export const oasstMessages: Format = {
  id: 'oasst-messages',
  title: 'OpenAssistant messages',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    // tables leave the parent of first messages out
    const hasParents = records.some((r) => typeof r.parent_id === 'string');
    const fits = records.filter((r) => isMessage({ parent_id: null, ...r }) && !Array.isArray(r.replies)).length;
    const share = hasParents ? fits / Math.max(1, records.length) : 0;
    return { score: 0.94 * share, reason: `${percentOf(share)} are messages that name their parent` };
  },
  read() {
    throw new RowRefused('one message alone makes no pair');
  },
  gather,
};
