/** Tokens that end an answer of a GGUF model. */
import type { Fields } from '../../checkpoints/gguf/fields.ts';
import { CONTROL } from './token-type.ts';

/** Texts that end a turn or a text wherever they are control tokens: files name one or two of them and mean all (llama.cpp's list). */
const ENDS: ReadonlySet<string> = new Set([
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<｜end▁of▁sentence｜>',
]);

/** The end of a text, of a turn and of a message as the file names them, then its control tokens that mean the same; none in a file that names none. */
export function endTokens(fields: Fields): number[] {
  const named = ['eos', 'eot', 'eom'].flatMap((name) => fields.optionalCount(`tokenizer.ggml.${name}_token_id`) ?? []);
  if (named.length === 0) return [];
  const [texts, types] = ['tokens', 'token_type'].map((name) => fields.raw(`tokenizer.ggml.${name}`));
  const known =
    Array.isArray(texts) && Array.isArray(types)
      ? texts.flatMap((text, id) => (types[id] === CONTROL && ENDS.has(String(text)) ? [id] : []))
      : [];
  return [...new Set([...named, ...known])];
}
