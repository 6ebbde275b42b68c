/** A tokenizer of whole words for the built-in worlds, whose texts are words between single spaces: one token a word, as a tokenizer.json. */
import { addedTokenJson } from './json-parts.ts';

export const UNKNOWN = '<|unk|>';

/** Stands for the space before a word, so that a word in the middle of a text decodes with its space. */
const SPACE = '\u2581';

/**
 * A tokenizer.json (WordLevel, Metaspace) that the tokenizers library loads. Every word gets a token with its space; those of `first` get one without
 * as well, for texts that begin with them. Other words become the unknown token.
 */
export function wordTokenizerJson(
  words: readonly string[],
  first: readonly string[],
  specialTokens: readonly string[],
): Record<string, unknown> {
  const specials = [...new Set([...specialTokens, UNKNOWN])];
  const tokens = [...specials, ...new Set(words.map((word) => SPACE + word)), ...new Set(first)];
  const metaspace = { type: 'Metaspace', replacement: SPACE, prepend_scheme: 'never', split: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => addedTokenJson({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: metaspace,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      unk_token: UNKNOWN,
    },
  };
}
