/** The special tokens of a tokenizer.json by the files beside it, as transformers 5 reads them. */
import { isObject, type Json } from './pipeline/component.ts';

/** What a tokenizer's class stands for when tokenizer_config.json does not say. */
const OF_CLASS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GPT2Tokenizer: { unk_token: '<|endoftext|>', bos_token: '<|endoftext|>', eos_token: '<|endoftext|>' },
  GPTNeoXTokenizer: {
    unk_token: '<|endoftext|>',
    bos_token: '<|endoftext|>',
    eos_token: '<|endoftext|>',
    pad_token: '<|padding|>',
  },
  Qwen2Tokenizer: { unk_token: '<|endoftext|>', eos_token: '<|endoftext|>', pad_token: '<|endoftext|>' },
  GemmaTokenizer: {
    unk_token: '<unk>',
    bos_token: '<bos>',
    eos_token: '<eos>',
    pad_token: '<pad>',
    mask_token: '<mask>',
  },
  LlamaTokenizer: { unk_token: '<unk>', bos_token: '<s>', eos_token: '</s>' },
};

/** The class of a model's tokenizer where no file names one. */
const OF_MODEL: Readonly<Record<string, string>> = {
  gpt2: 'GPT2Tokenizer',
  gpt_neox: 'GPTNeoXTokenizer',
  qwen2: 'Qwen2Tokenizer',
  qwen3: 'Qwen2Tokenizer',
  gemma2: 'GemmaTokenizer',
  gemma3: 'GemmaTokenizer',
  gemma3_text: 'GemmaTokenizer',
};

export interface FilesBeside {
  /** tokenizer_config.json; {} when it is missing, as are the others. */
  readonly stored: Json;
  /** special_tokens_map.json: folders without `added_tokens_decoder` are older, and there it wins. */
  readonly map: Json;
  /** added_tokens.json of such folders: token → id. */
  readonly added: Json;
  /** config.json of the model. */
  readonly model: Json;
}

const isOlder = ({ stored }: FilesBeside): boolean => stored.added_tokens_decoder === undefined;

/** tokenizer_config.json with what the other files and the tokenizer's class add; `knows` tells the tokens that the tokenizer has. */
export function completeConfig(files: FilesBeside, tokenizer: Json, knows: (token: string) => boolean): Json {
  const { stored, map, model } = files;
  const name = [stored.tokenizer_class, model.tokenizer_class, OF_MODEL[String(model.model_type)]].find(
    (value) => typeof value === 'string',
  );
  const defaults = Object.entries(OF_CLASS[String(name).replace(/Fast$/, '')] ?? {}).filter(([, token]) =>
    knows(token),
  );
  const padding = isObject(tokenizer.padding) ? { pad_token: tokenizer.padding.pad_token } : {};
  return { ...Object.fromEntries(defaults), ...padding, ...stored, ...(isOlder(files) ? map : {}) };
}

/** A special token is a string or an object with `content`. */
export function contentOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.content === 'string' ? value.content : null;
}

/** Those that every tokenizer may have, in the order in which transformers adds them. */
const NAMED = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** Keys of the special tokens that have one: the usual ones, a model's own (`image_token`), and those of a dictionary of extra ones. */
export function namedTokens(config: Json): ReadonlyMap<string, unknown> {
  const own = Object.keys(config).filter((key) => key.endsWith('_token') && !NAMED.includes(key));
  const extra = isObject(config.extra_special_tokens) ? Object.entries(config.extra_special_tokens) : [];
  const entries = [...[...NAMED, ...own].map((key): [string, unknown] => [key, config[key]]), ...extra];
  return new Map(entries.filter(([, value]) => contentOf(value) !== null));
}

/** An entry of "added_tokens" besides its id. */
const entry = (value: unknown, special: boolean, normalized = false): Json => {
  const plain = { content: contentOf(value), single_word: false, lstrip: false, rstrip: false, normalized, special };
  return isObject(value) ? { ...plain, ...value, special } : plain;
};

/** Tokens that the files add to those of tokenizer.json, as entries of its "added_tokens"; their ids are given when they are placed. */
export function tokensBeside(files: FilesBeside, config: Json, tokenizer: Json): Json[] {
  const known = new Set(listOf(tokenizer.added_tokens).map(contentOf));
  const named = namedTokens(config);
  const found = isOlder(files) ? olderTokens(files, config) : decoderTokens(files.stored.added_tokens_decoder);
  for (const { content } of found) known.add(String(content));
  const extras = [config.extra_special_tokens, config.additional_special_tokens].flatMap(listOf);
  const missing = [...[...named.values()].map((value) => entry(value, true)), ...extras.map(extraEntry)];
  return [
    ...found,
    ...missing.filter(({ content }) => {
      const isNew = typeof content === 'string' && !known.has(content);
      if (isNew) known.add(content);
      return isNew;
    }),
  ];
}

const extraEntry = (value: unknown): Json => entry(value, isObject(value) ? value.special === true : true);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `added_tokens_decoder`: id → token with its flags, which replace those of tokenizer.json. */
function decoderTokens(decoder: unknown): Json[] {
  const entries = Object.entries(isObject(decoder) ? decoder : {}).sort(([a], [b]) => Number(a) - Number(b));
  return entries.flatMap(([, value]) =>
    isObject(value) ? [entry(value, value.special === true, value.special !== true)] : [],
  );
}

function olderTokens({ added }: FilesBeside, config: Json): Json[] {
  const extras = [config.extra_special_tokens, config.additional_special_tokens].flatMap(listOf);
  const special = new Set([...namedTokens(config).values(), ...extras].map(contentOf));
  const entries = Object.entries(added).sort(([, a], [, b]) => Number(a) - Number(b));
  return entries.map(([content]) => entry(content, special.has(content), !special.has(content)));
}
