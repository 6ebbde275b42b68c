/** The messages of an Arrow IPC file or stream, whole and one at a time: their framing is checked here, because the reader behind it waits for ever where a length is wrong. */
import type { FileHandle } from 'node:fs/promises';
import { Message, MessageHeader } from 'apache-arrow';

const MARK = -1;
/** A file is a stream between "ARROW1", padded to 8 bytes, and a footer that repeats where its batches are. */
const FILE_MAGIC = 'ARROW1';
const START_IN_FILE = 8;
/** A batch is held whole. */
const MAX_MESSAGE_BYTES = 1 << 30;

export interface ArrowMessage {
  /** Mark and length included. */
  readonly bytes: Uint8Array;
  /** Its rows must come out of the reader. */
  readonly isBatch: boolean;
}

const KNOWN: readonly MessageHeader[] = [
  MessageHeader.Schema,
  MessageHeader.DictionaryBatch,
  MessageHeader.RecordBatch,
];

/** Each message in its order; throws Error when one is cut off, does not begin with its mark or is of no known kind. */
export async function* arrowMessages(handle: FileHandle): AsyncGenerator<ArrowMessage> {
  const { size } = await handle.stat();
  const read = async (from: number, count: number): Promise<Buffer> => {
    if (from + count > size) throw new Error(`a message at byte ${from} is cut off`);
    const bytes = Buffer.alloc(count);
    await handle.read(bytes, 0, count, from);
    return bytes;
  };
  const isFile = (await read(0, FILE_MAGIC.length)).toString('latin1') === FILE_MAGIC;
  if (isFile && (await read(size - FILE_MAGIC.length, FILE_MAGIC.length)).toString('latin1') !== FILE_MAGIC)
    throw new Error('its footer is missing');
  let at = isFile ? START_IN_FILE : 0;
  for (;;) {
    // a stream may end without saying so
    if (at === size && !isFile) return;
    const head = await read(at, 8);
    const length = head.readInt32LE(4);
    if (head.readInt32LE(0) !== MARK || length < 0) throw new Error(`no message begins at byte ${at}`);
    if (length === 0) return;
    const { bodyLength, headerType } = Message.decode(await read(at + 8, length));
    if (!KNOWN.includes(headerType)) throw new Error(`the message at byte ${at} is of no known kind`);
    const whole = 8 + length + Number(bodyLength);
    if (bodyLength < 0 || whole > MAX_MESSAGE_BYTES) throw new Error(`the message at byte ${at} claims ${whole} bytes`);
    yield { bytes: await read(at, whole), isBatch: headerType === MessageHeader.RecordBatch };
    at += whole;
  }
}
