/** The tokenizer of a GGUF file, from its metadata alone, as a tokenizer.json: one way to encode serves all. */
import { type Fields, fieldsOf } from '../../checkpoints/gguf/fields.ts';
import { readGgufHeader } from '../../checkpoints/gguf/header.ts';
import { createTokenizer } from '../huggingface.ts';
import { type AddedEntry, addedTokenJson, templateJson } from '../json-parts.ts';
import { sentencePieceJson } from '../sentence-piece-json.ts';
import { type Tokenizer, TokenizerError } from '../tokenizer.ts';
import { prePattern } from './pre-patterns.ts';
import { CONTROL, UNKNOWN, USER_DEFINED } from './token-type.ts';

/** The largest known vocabularies have 262144 entries. */
const MAX_TOKENS = 4_000_000;

interface Vocabulary {
  readonly fields: Fields;
  readonly texts: readonly string[];
  /** Empty when the file does not say. */
  readonly types: readonly number[];
  /** Ids around a text. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const KEY = 'tokenizer.ggml';

/** By tokenizer.ggml.model. */
const KINDS: Readonly<Record<string, (vocabulary: Vocabulary) => Record<string, unknown>>> = {
  gpt2: byteLevelJson,
  llama: scoredJson,
};

export function readGgufTokenizer(path: string): Tokenizer {
  const fields = fieldsOf(readGgufHeader(path));
  const kind = fields.text(`${KEY}.model`);
  if (!Object.hasOwn(KINDS, kind))
    throw new TokenizerError(
      `${path}: the tokenizer "${kind}" is not supported in GGUF files; supported: ${Object.keys(KINDS).join(', ')}`,
    );
  const vocabulary = readVocabulary(fields, kind);
  const token = (name: string): Record<string, string> => {
    const id = tokenId(fields, name, vocabulary.texts);
    const key = name === 'padding' ? 'pad' : name === 'unknown' ? 'unk' : name;
    return id === undefined ? {} : { [`${key}_token`]: vocabulary.texts[id] };
  };
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...token('bos'),
    ...token('eos'),
    ...token('unknown'),
    ...token('padding'),
  };
  const template = templateOf(fields);
  return createTokenizer({ tokenizer: KINDS[kind](vocabulary), config, template }, path);
}

/** The template for chats: the file's own, else the one named "default", else the first of the named ones. */
function templateOf(fields: Fields): string | null {
  const key = 'tokenizer.chat_template';
  const own = fields.optionalText(key);
  if (own !== undefined) return own;
  const names = fields.raw(`${key}s`) === undefined ? [] : fields.texts(`${key}s`);
  const chosen = names.find((name) => name === 'default') ?? names.at(0);
  return chosen === undefined ? null : fields.text(`${key}.${chosen}`);
}

function tokenId(fields: Fields, name: string, texts: readonly string[]): number | undefined {
  const key = `${KEY}.${name}_token_id`;
  const id = fields.optionalCount(key);
  if (id !== undefined && id >= texts.length)
    fields.fail(`"${key}" is ${id}, the vocabulary has ${texts.length} tokens`);
  return id;
}

function readVocabulary(fields: Fields, kind: string): Vocabulary {
  // an empty text stands for nothing, and several may be there (llama.cpp names them so)
  const texts = fields.texts(`${KEY}.tokens`).map((text, id) => text || `[EMPTY_${id}]`);
  if (texts.length === 0 || texts.length > MAX_TOKENS)
    fields.fail(`"${KEY}.tokens" has ${texts.length} entries; 1 to ${MAX_TOKENS} were expected`);
  const seen = new Map<string, number>();
  texts.forEach((text, id) => {
    const first = seen.get(text);
    if (first !== undefined)
      fields.fail(`the tokens ${first} and ${id} are both ${JSON.stringify(text)}: a text must stand for one token`);
    seen.set(text, id);
  });
  const types = fields.raw(`${KEY}.token_type`) === undefined ? [] : fields.numbers(`${KEY}.token_type`);
  if (types.length > 0 && types.length !== texts.length)
    fields.fail(`"${KEY}.token_type" has ${types.length} entries, the vocabulary has ${texts.length} tokens`);
  const addBos = kind === 'llama' || (prePatternOf(fields, kind)?.addBos ?? false);
  const around = (flag: string, otherwise: boolean, name: string): number[] => {
    if (!fields.flag(`${KEY}.${flag}`, otherwise)) return [];
    const id = tokenId(fields, name, texts);
    if (id === undefined)
      return fields.fail(`"${KEY}.${flag}" asks for a token that "${KEY}.${name}_token_id" does not name`);
    return [id];
  };
  return {
    fields,
    texts,
    types,
    before: around('add_bos_token', addBos, 'bos'),
    after: around('add_eos_token', false, 'eos'),
  };
}

const prePatternOf = (fields: Fields, kind: string) =>
  kind === 'gpt2' ? prePattern(fields.optionalText(`${KEY}.pre`), fields.path) : undefined;

/** Control, unknown and user-defined tokens are found in the text as they stand. */
const addedOf = ({ texts, types }: Vocabulary): AddedEntry[] =>
  texts.flatMap((content, id) =>
    [CONTROL, UNKNOWN, USER_DEFINED].includes(types[id]) ? [{ id, content, special: types[id] !== USER_DEFINED }] : [],
  );

function byteLevelJson(vocabulary: Vocabulary): Record<string, unknown> {
  const { fields, texts, before, after } = vocabulary;
  const { patterns, ignoreMerges } = prePattern(fields.optionalText(`${KEY}.pre`), fields.path);
  const merges = fields.texts(`${KEY}.merges`).map((merge, rank) => {
    // a token may be, or begin with, a space of its own
    const cut = merge.indexOf(' ', 1);
    if (cut < 1)
      fields.fail(`"${KEY}.merges"[${rank}] must be two tokens and a space between, found ${JSON.stringify(merge)}`);
    return [merge.slice(0, cut), merge.slice(cut + 1)];
  });
  const byteLevel = { add_prefix_space: false, trim_offsets: false, use_regex: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedOf(vocabulary).map(addedTokenJson),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...patterns.map((Regex) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })),
        { type: 'ByteLevel', ...byteLevel },
      ],
    },
    post_processor: before.length + after.length > 0 ? templateJson(texts, before, after) : null,
    decoder: { type: 'ByteLevel', ...byteLevel },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges ?? false,
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      merges,
    },
  };
}

function scoredJson(vocabulary: Vocabulary): Record<string, unknown> {
  const { fields, texts, types, before, after } = vocabulary;
  refuseNormaliser(fields);
  const scores = fields.numbers(`${KEY}.scores`);
  if (scores.length !== texts.length)
    fields.fail(`"${KEY}.scores" has ${scores.length} entries, the vocabulary has ${texts.length} tokens`);
  const wrong = scores.findIndex(Number.isNaN);
  if (wrong >= 0) fields.fail(`"${KEY}.scores"[${wrong}] is no number`);
  const missing = byteNames().find((name) => !texts.includes(name));
  if (missing) fields.fail(`the vocabulary has no token ${missing}; all 256 bytes were expected`);
  const unknown = tokenId(fields, 'unknown', texts) ?? (types.includes(UNKNOWN) ? types.indexOf(UNKNOWN) : undefined);
  return sentencePieceJson({
    texts,
    scores,
    firstJoined: 0,
    added: addedOf(vocabulary),
    unknown: unknown === undefined ? null : texts[unknown],
    before,
    after,
    spacePrefix: fields.flag(`${KEY}.add_space_prefix`, true),
  });
}

/** SentencePiece's rewriting of texts before they are cut, which llama.cpp does not do for this kind either. */
function refuseNormaliser(fields: Fields): void {
  const map = fields.raw(`${KEY}.precompiled_charsmap`);
  if (Array.isArray(map) && map.length > 0)
    fields.fail(`"${KEY}.precompiled_charsmap" rewrites characters, which is not supported`);
  if (fields.flag(`${KEY}.remove_extra_whitespaces`, false))
    fields.fail(`"${KEY}.remove_extra_whitespaces" is true, which is not supported`);
}

const byteNames = (): string[] =>
  Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
