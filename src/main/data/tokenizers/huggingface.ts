/**
 * tokenizer.json with the files beside it. Encoded here (pipeline/) and not by @huggingface/tokenizers: that library gives no offsets, and on
 * added tokens with flags its ids differ from the Rust library's; this pipeline equals the Rust library's ids, offsets and text.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPythonJson, stringifyLike } from '../checkpoints/json-floats.ts';
import { renderTemplate } from './chat.ts';
import { exactMembers } from './jinja/index.ts';
import { type AddedToken, readAddedTokens } from './pipeline/added-tokens.ts';
import { isObject, type Json, objectAt } from './pipeline/component.ts';
import { cleanUp, readDecoder } from './pipeline/decoders.ts';
import { createEncoder } from './pipeline/encoder.ts';
import { readVocabulary } from './pipeline/model.ts';
import { modelKind, readModel } from './pipeline/word-models.ts';
import { type Tokenizer, TokenizerError } from './tokenizer.ts';

/** The largest vocabularies (256k entries) take about 35 MB of JSON. */
const MAX_BYTES = 256 << 20;
/** A chat template is a page of text. */
const MAX_TEMPLATE_BYTES = 4 << 20;

function readText(path: string, limit: number): string {
  const { size } = statSync(path);
  if (size > limit) throw new TokenizerError(`${path}: ${size} bytes; a file of this kind has at most ${limit}`);
  return readFileSync(path, 'utf8');
}

function readObject(path: string, parse: (path: string) => unknown): Json {
  let value: unknown;
  try {
    value = parse(path);
  } catch (cause) {
    if (cause instanceof TokenizerError) throw cause;
    throw new TokenizerError(`${path} is not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return objectAt(value, path);
}

/** Files beside tokenizer.json, which Python reads. */
const optionalObject = (path: string): Json => (existsSync(path) ? readObject(path, readPythonJson) : {});

/** A special token is a string or an object with `content`. */
function specialToken(config: Json, key: string): string | null {
  const value = config[key];
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.content === 'string' ? value.content : null;
}

function templateOf(config: Json, folder: string): string | null {
  const file = join(folder, 'chat_template.jinja');
  if (existsSync(file)) return readText(file, MAX_TEMPLATE_BYTES);
  const value = config.chat_template;
  if (typeof value === 'string') return value;
  // several named templates: "default" is the one for chats
  const named = Array.isArray(value) ? value.filter(isObject) : [];
  const chosen = named.find((entry) => entry.name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : null;
}

export interface TokenizerParts {
  readonly tokenizer: Json;
  readonly config: Json;
  readonly template: string | null;
}

/** Reads a tokenizer.json with tokenizer_config.json, special_tokens_map.json and chat_template.jinja beside it. */
export function readTokenizer(file: string): Tokenizer {
  const folder = dirname(file);
  // older folders name their special tokens in a file of their own; the config wins
  const config = {
    ...optionalObject(join(folder, 'special_tokens_map.json')),
    ...optionalObject(join(folder, 'tokenizer_config.json')),
  };
  return createTokenizer(
    {
      tokenizer: readObject(file, (path) => JSON.parse(readText(path, MAX_BYTES))),
      config,
      template: templateOf(config, folder),
    },
    file,
  );
}

/** The special tokens a chat template may name. */
const TEMPLATE_TOKENS = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** A tokenizer from its parts, for one trained here. `origin` names it in errors. */
export function createTokenizer({ tokenizer, config, template }: TokenizerParts, origin = 'tokenizer'): Tokenizer {
  const model = objectAt(tokenizer.model, `${origin}: "model"`);
  const kind = modelKind(model, `${origin}: "model"`);
  const vocabulary = readVocabulary(model, `${origin}: "model"`);
  const added = readAddedTokens(tokenizer.added_tokens, `${origin}: "added_tokens"`);
  const { byToken, byId, size } = indexTokens(vocabulary, added);
  const special = new Set(added.filter((token) => token.special).map((token) => token.id));
  const encode = createEncoder(
    tokenizer,
    readModel(model, vocabulary, `${origin}: "model"`),
    added,
    (id) => byId.get(id) ?? '',
    `${origin}:`,
  );
  const decoder = readDecoder(tokenizer.decoder, `${origin}: "decoder"`);
  // transformers 5 ignores the option for BPE
  const clean = config.clean_up_tokenization_spaces === true && kind !== 'BPE';
  const named = (key: string) => specialToken(config, key);
  const idOfNamed = (key: string): number | null => {
    const token = named(key);
    return token === null ? null : (byToken.get(token) ?? null);
  };
  const renderMarked: Tokenizer['renderMarked'] = (messages, options) => {
    const source = options.template ?? template;
    if (!source) throw new TokenizerError(`${origin}: there is no chat template; give one, or use plain text`);
    const tokens = Object.fromEntries(
      TEMPLATE_TOKENS.flatMap((key) => (named(key) === null ? [] : [[key, named(key)]])),
    );
    return renderTemplate(source, messages, {
      ...options,
      variables: { ...tokens, ...exactMembers(options.variables ?? {}) },
    });
  };
  return {
    kind,
    vocabularySize: size,
    bosId: idOfNamed('bos_token'),
    eosId: idOfNamed('eos_token'),
    padId: idOfNamed('pad_token'),
    unkId: idOfNamed('unk_token') ?? byToken.get(String(model.unk_token ?? '')) ?? null,
    eosToken: named('eos_token'),
    chatTemplate: template,
    specialIds: special,
    encode: (text, options = {}) => encode(text, options.addSpecialTokens ?? true),
    decode(ids, options = {}) {
      const kept = options.skipSpecialTokens ? ids.filter((id) => !special.has(id)) : ids;
      const text = decoder(kept.flatMap((id) => byId.get(id) ?? [])).join('');
      return clean ? cleanUp(text) : text;
    },
    tokenOf: (id) => byId.get(id) ?? `<unknown ${id}>`,
    idOf: (token) => byToken.get(token) ?? null,
    renderChat: (messages, options) => renderMarked(messages, options).text,
    renderMarked,
    files: () => ({
      'tokenizer.json': JSON.stringify(tokenizer),
      'tokenizer_config.json': `${stringifyLike(config, config)}\n`,
      ...(template ? { 'chat_template.jinja': template } : {}),
    }),
  };
}

/** Token ↔ id of the model's vocabulary and the added tokens; the size counts ids that nothing uses. */
function indexTokens(vocabulary: ReadonlyMap<string, number>, added: readonly AddedToken[]) {
  const byToken = new Map(vocabulary);
  const byId = new Map([...vocabulary].map(([token, id]) => [id, token]));
  for (const { content, id } of added) {
    byToken.set(content, id);
    byId.set(id, content);
  }
  let size = 0;
  for (const id of byId.keys()) size = Math.max(size, id + 1);
  return { byToken, byId, size };
}
