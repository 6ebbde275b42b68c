/**
 * tokenizer.json with the files beside it. Encoded here (pipeline/) and not by @huggingface/tokenizers: that library gives no offsets, and on
 * added tokens with flags its ids differ from the Rust library's; this pipeline equals the Rust library's ids, offsets and text.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPythonJson, stringifyLike } from '../checkpoints/json-floats.ts';
import { renderTemplate } from './chat.ts';
import { Exact, exactMembers } from './jinja/index.ts';
import { isList } from './jinja/values.ts';
import {
  chosenTemplate,
  configuredTemplates,
  defaultTemplate,
  type NamedTemplates,
  readTemplates,
  savedTemplates,
} from './named-templates.ts';
import {
  type AddedToken,
  addedTokenEntry,
  normalizedContent,
  placeAddedTokens,
  readAddedTokens,
} from './pipeline/added-tokens.ts';
import { type Json, listAt, objectAt } from './pipeline/component.ts';
import { cleanUp, readDecoder } from './pipeline/decoders.ts';
import { createEncoder } from './pipeline/encoder.ts';
import { readVocabulary, vocabularyEntries } from './pipeline/model.ts';
import { readNormalizer } from './pipeline/normalizers.ts';
import { modelKind, readModel } from './pipeline/word-models.ts';
import { completeConfig, contentOf, namedTokens, tokensBeside } from './special-tokens.ts';
import { type ChatOptions, type Tokenizer, TokenizerError } from './tokenizer.ts';

/** The largest vocabularies (256k entries) take about 35 MB of JSON. */
const MAX_BYTES = 256 << 20;

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

export interface TokenizerParts {
  readonly tokenizer: Json;
  readonly config: Json;
  readonly template: string | null;
  /** All templates by name, where there is more than the default one. */
  readonly templates?: NamedTemplates;
}

/**
 * Reads a tokenizer.json with tokenizer_config.json, special_tokens_map.json, added_tokens.json, config.json and the chat templates beside it. As in
 * transformers 5, `add_bos_token` and `add_eos_token` say nothing where there is a tokenizer.json: its post-processor alone decides.
 */
export function readTokenizer(file: string): Tokenizer {
  const folder = dirname(file);
  const tokenizer = readObject(file, (path) => JSON.parse(readText(path, MAX_BYTES)));
  const files = {
    stored: optionalObject(join(folder, 'tokenizer_config.json')),
    map: optionalObject(join(folder, 'special_tokens_map.json')),
    added: optionalObject(join(folder, 'added_tokens.json')),
    model: optionalObject(join(folder, 'config.json')),
  };
  const entries = listAt(tokenizer.added_tokens ?? [], `${file}: "added_tokens"`);
  const own = new Set(entries.map(contentOf));
  const model = objectAt(tokenizer.model, `${file}: "model"`);
  const vocabulary = readVocabulary(model, `${file}: "model"`);
  const config = completeConfig(files, tokenizer, (token) => vocabulary.has(token) || own.has(token));
  const beside = tokensBeside(files, config, tokenizer).map((token) => ({ ...token, id: 0 }));
  const templates = readTemplates(folder, config);
  return createTokenizer(
    {
      tokenizer: beside.length === 0 ? tokenizer : { ...tokenizer, added_tokens: [...entries, ...beside] },
      config,
      template: defaultTemplate(templates),
      templates,
    },
    file,
  );
}

function hasTools(tools: ChatOptions['tools']): boolean {
  if (tools instanceof Exact) return isList(tools.value) && tools.value.length > 0;
  return (tools?.length ?? 0) > 0;
}

/** A tokenizer from its parts, for one trained here. `origin` names it in errors. */
export function createTokenizer(
  { tokenizer, config, template, templates = asTemplates(template) }: TokenizerParts,
  origin = 'tokenizer',
): Tokenizer {
  const { version } = tokenizer;
  if (version !== undefined && version !== '1.0')
    throw new TokenizerError(`${origin}: version ${JSON.stringify(version)} is not known; "1.0" was expected`);
  const model = objectAt(tokenizer.model, `${origin}: "model"`);
  const kind = modelKind(model, `${origin}: "model"`);
  const vocabulary = readVocabulary(model, `${origin}: "model"`);
  const added = placeAddedTokens(
    readAddedTokens(tokenizer.added_tokens, `${origin}: "added_tokens"`),
    vocabulary,
    vocabularyEntries(model),
  );
  const { byToken, byId, size } = indexTokens(vocabulary, added);
  const special = new Set(added.filter((token) => token.special).map((token) => token.id));
  const normalizer = readNormalizer(tokenizer.normalizer, `${origin}: "normalizer"`);
  const encode = createEncoder(
    tokenizer,
    {
      model: readModel(model, vocabulary, `${origin}: "model"`),
      normalizer,
      added: config.split_special_tokens === true ? added.filter((token) => !token.special) : added,
      tokenOf: (id) => byId.get(id) ?? '',
    },
    `${origin}:`,
  );
  const normalized = new Map(added.map((token) => [token.id, normalizedContent(token, normalizer)]));
  const decoded = (id: number): string | undefined => normalized.get(id) ?? byId.get(id);
  const decoder = readDecoder(tokenizer.decoder, `${origin}: "decoder"`);
  // transformers 5 ignores the option for BPE
  const clean = config.clean_up_tokenization_spaces === true && kind !== 'BPE';
  const named = (key: string) => contentOf(config[key]);
  const idOfNamed = (key: string): number | null => {
    const token = named(key);
    return token === null ? null : (byToken.get(token) ?? null);
  };
  const renderMarked: Tokenizer['renderMarked'] = (messages, options) => {
    const source = options.template ?? chosenTemplate(templates, hasTools(options.tools), origin);
    const tokens = Object.fromEntries([...namedTokens(config)].map(([key, value]) => [key, contentOf(value)]));
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
      const text = decoder(kept.flatMap((id) => decoded(id) ?? [])).join('');
      return clean ? cleanUp(text) : text;
    },
    tokenOf: (id) => byId.get(id) ?? `<unknown ${id}>`,
    idOf: (token) => byToken.get(token) ?? null,
    renderChat: (messages, options) => renderMarked(messages, options).text,
    renderMarked,
    files() {
      const saved = savedTemplates(templates, config);
      return {
        'tokenizer.json': JSON.stringify(withPlaced(tokenizer, added)),
        'tokenizer_config.json': `${stringifyLike(saved.config, saved.config)}\n`,
        ...(saved.file ? { 'chat_template.jinja': saved.file } : {}),
      };
    },
  };
}

const asTemplates = (template: string | null): NamedTemplates =>
  template === null ? new Map() : configuredTemplates(template);

/** The file with its added tokens under the ids they have here; the file itself where that changes nothing. */
function withPlaced(tokenizer: Json, added: readonly AddedToken[]): Json {
  const entries = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : [];
  const idOf = new Map(added.map((token) => [token.content, token.id]));
  const unchanged = entries.length === added.length && entries.every((token) => idOf.get(token.content) === token.id);
  if (unchanged) return tokenizer;
  return { ...tokenizer, added_tokens: added.map(addedTokenEntry).sort((a, b) => a.id - b.id) };
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
