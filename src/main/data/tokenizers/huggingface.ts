/** tokenizer.json with the files beside it, encoded by @huggingface/tokenizers; offsets are worked out here. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { byteSpans, tokenBytes } from './bytes.ts';
import { renderTemplate } from './chat.ts';
import { type Encoding, type Tokenizer, TokenizerError } from './tokenizer.ts';

/** The largest vocabularies (256k entries) take about 35 MB of JSON. */
const MAX_BYTES = 256 << 20;

type Json = Record<string, unknown>;

function readObject(path: string): Json {
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw new TokenizerError(`${path}: ${size} bytes; a tokenizer file has at most ${MAX_BYTES}`);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Json;
  } catch (cause) {
    throw new TokenizerError(`${path} is not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  throw new TokenizerError(`${path} does not hold a JSON object`);
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

/** A special token is a string or an object with `content`. */
function specialToken(config: Json, key: string): string | null {
  const value = config[key];
  if (typeof value === 'string') return value;
  const content = value !== null && typeof value === 'object' ? (value as Json).content : null;
  return typeof content === 'string' ? content : null;
}

function templateOf(config: Json, folder: string): string | null {
  const file = join(folder, 'chat_template.jinja');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const value = config.chat_template;
  if (typeof value === 'string') return value;
  // several named templates: "default" is the one for chats
  if (Array.isArray(value)) {
    const entry = (value as Json[]).find((t) => t.name === 'default') ?? (value as Json[])[0];
    return typeof entry?.template === 'string' ? entry.template : null;
  }
  return null;
}

export interface TokenizerParts {
  readonly tokenizer: Json;
  readonly config: Json;
  readonly template: string | null;
}

/** Reads a tokenizer.json with tokenizer_config.json and chat_template.jinja beside it. */
export function readTokenizer(file: string): Tokenizer {
  const folder = dirname(file);
  const configPath = join(folder, 'tokenizer_config.json');
  const config = existsSync(configPath) ? readObject(configPath) : {};
  return createTokenizer({ tokenizer: readObject(file), config, template: templateOf(config, folder) }, file);
}

/** A tokenizer from its parts, for one trained here. `origin` names it in errors. */
export function createTokenizer({ tokenizer, config, template }: TokenizerParts, origin = 'tokenizer'): Tokenizer {
  const model = tokenizer.model as Json | undefined;
  if (!model || typeof model !== 'object') throw new TokenizerError(`${origin}: "model" is missing`);
  let library: Library;
  try {
    library = new Library(tokenizer, { ...config, clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw new TokenizerError(`${origin}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const added = ((tokenizer.added_tokens ?? []) as AddedToken[]).filter((t) => typeof t.content === 'string');
  const { byToken, byId } = vocabularyOf(model, added);
  const special = new Set(added.filter((t) => t.special).map((t) => t.id));
  const idOf = (token: string): number | null => byToken.get(token) ?? null;
  const named = (key: string) => specialToken(config, key);
  const idOfNamed = (key: string) => {
    const token = named(key);
    return token === null ? null : idOf(token);
  };
  const addedIds = new Map(added.map((t) => [t.id, t.content]));
  return {
    kind: String(model.type ?? 'unknown'),
    vocabularySize: Math.max(-1, ...byId.keys()) + 1,
    bosId: idOfNamed('bos_token'),
    eosId: idOfNamed('eos_token'),
    padId: idOfNamed('pad_token'),
    eosToken: named('eos_token'),
    chatTemplate: template,
    specialIds: special,
    encode(text, options = {}): Encoding {
      const ids =
        text === '' && options.addSpecialTokens === false
          ? []
          : library.encode(text, { add_special_tokens: options.addSpecialTokens ?? true }).ids;
      return {
        ids,
        offsets: offsetsOf(
          text,
          ids.map((id) => addedIds.get(id) ?? byId.get(id) ?? ''),
          ids.map((id) => addedIds.has(id)),
        ),
      };
    },
    decode: (ids, options = {}) =>
      ids.length === 0
        ? ''
        : library.decode([...ids], {
            skip_special_tokens: options.skipSpecialTokens ?? false,
            clean_up_tokenization_spaces: false,
          }),
    tokenOf: (id) => byId.get(id) ?? `<unknown ${id}>`,
    idOf,
    renderChat(messages, options) {
      const source = options.template ?? template;
      if (!source) throw new TokenizerError(`${origin}: there is no chat template; give one, or use plain text`);
      const tokens = Object.fromEntries(
        ['bos_token', 'eos_token', 'unk_token', 'pad_token'].flatMap((key) =>
          named(key) === null ? [] : [[key, named(key)]],
        ),
      );
      return renderTemplate(source, messages, { ...options, variables: { ...tokens, ...options.variables } });
    },
    files: () => ({
      'tokenizer.json': JSON.stringify(tokenizer),
      'tokenizer_config.json': `${JSON.stringify(config, null, 2)}\n`,
      ...(template ? { 'chat_template.jinja': template } : {}),
    }),
  };
}

/** Token ↔ id of the model's vocabulary (BPE: object; Unigram: list of [token, score]) and the added tokens. */
function vocabularyOf(model: Json, added: readonly AddedToken[]) {
  const byToken = new Map<string, number>();
  const entries: [string, number][] = Array.isArray(model.vocab)
    ? (model.vocab as [string, number][]).map(([token], id) => [token, id])
    : Object.entries((model.vocab ?? {}) as Record<string, number>);
  for (const [token, id] of entries) byToken.set(token, id);
  for (const { content, id } of added) byToken.set(content, id);
  return { byToken, byId: new Map([...byToken].map(([token, id]) => [id, token])) };
}

/** Where each token lies in the text: exact for byte-level tokens, by search for the others (normalised text has no exact answer here). */
function offsetsOf(text: string, tokens: readonly string[], isAdded: readonly boolean[]): [number, number][] {
  const spans = byteSpans(text);
  const bytes = Buffer.from(text);
  let at = 0;
  return tokens.map((token, i) => {
    const own = isAdded[i]
      ? [...Buffer.from(token)]
      : (tokenBytes(token) ?? [...Buffer.from(token.replaceAll('\u2581', ' '))]);
    let from = at;
    if (!matches(bytes, own, from)) from = bytes.indexOf(Buffer.from(own), at);
    if (from < 0 || own.length === 0 || from - at > 64) return [0, 0];
    at = from + own.length;
    return [spans[from][0], spans[at - 1][1]];
  });
}

const matches = (bytes: Uint8Array, part: readonly number[], at: number): boolean =>
  at + part.length <= bytes.length && part.every((b, i) => bytes[at + i] === b);
