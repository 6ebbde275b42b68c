/** Post-processors of a tokenizer.json: special tokens around the text, and offsets without the spaces a token begins with. */
import { BYTE_TO_CHAR } from '../bytes.ts';
import { TokenizerError } from '../tokenizer.ts';
import { type Build, buildPart, countAt, flagAt, isObject, type Json, listAt, objectAt, textAt } from './component.ts';

/** One token of a text on its way out; `text` is what the offsets are trimmed by. */
export interface PlacedToken {
  readonly id: number;
  readonly text: string;
  readonly span: [number, number];
}

/** `original` is the text that the spans point into. */
export type PostProcessor = (tokens: PlacedToken[], addSpecialTokens: boolean, original: string) => PlacedToken[];

const LEADING = new RegExp(`^(?:${BYTE_TO_CHAR[32]}|\\p{White_Space})*`, 'u');
const TRAILING = new RegExp(`(?:${BYTE_TO_CHAR[32]}|\\p{White_Space})*$`, 'u');

/** `count` characters further, never into the middle of a surrogate pair. */
function forward(text: string, at: number, count: number): number {
  for (; count > 0 && at < text.length; count--) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

/** `count` characters back; undefined when there are not so many. */
function backward(text: string, at: number, count: number): number | undefined {
  for (; count > 0 && at > 0; count--) at -= /[\udc00-\udfff]/.test(text[at - 1]) && at > 1 ? 2 : 1;
  return count > 0 ? undefined : at;
}

/** Takes leading and trailing spaces out of the offsets; like the library by counting characters, even where the space was added. */
const trimOffsets =
  (addedPrefix: boolean, original: string) =>
  (token: PlacedToken, index: number): PlacedToken => {
    let leading = LEADING.exec(token.text)?.[0].length ?? 0;
    const trailing = TRAILING.exec(token.text)?.[0].length ?? 0;
    if (leading === 0 && trailing === 0) return token;
    const [first, last] = token.span;
    // one space at the start is the one that was added; more than one were typed
    if (leading === 1 && addedPrefix && (index === 0 || first === 0)) leading = 0;
    const start = Math.min(forward(original, first, leading), last);
    const end = trailing > 0 ? Math.max(backward(original, last, trailing) ?? last, start) : last;
    return { ...token, span: [start, end] };
  };

const special = (id: number, text: string): PlacedToken => ({ id, text, span: [0, 0] });

const byteLevel: Build<PostProcessor> = (node) => {
  if (!flagAt(node, 'trim_offsets', true)) return (tokens) => tokens;
  const prefix = flagAt(node, 'add_prefix_space', true);
  return (tokens, _add, original) => tokens.map(trimOffsets(prefix, original));
};

/** `single` of a template: special tokens and the sequence A in the order given. */
const template: Build<PostProcessor> = (node, where) => {
  const table = objectAt(node.special_tokens ?? {}, `${where} "special_tokens"`);
  const parts = listAt(node.single, `${where} "single"`).map((part): 'sequence' | PlacedToken[] => {
    const { SpecialToken: token, Sequence: sequence } = objectAt(part, `${where} "single"`);
    if (isObject(sequence)) return 'sequence';
    const name = textAt(objectAt(token, `${where} "single"`), 'id', where);
    const entry = objectAt(table[name], `${where} special token "${name}"`);
    return listAt(entry.ids, where).map((id) => special(countAt({ id }, 'id', where), name));
  });
  return (tokens, add) => parts.flatMap((part) => (part === 'sequence' ? tokens : add ? part : []));
};

/** "cls" and "sep": [token, id]. */
function pairAt(node: Json, key: string, where: string): PlacedToken {
  const [text, id] = listAt(node[key], `${where} "${key}"`);
  if (typeof text !== 'string') throw new TokenizerError(`${where}: "${key}" must be [token, id]`);
  return special(countAt({ id }, 'id', where), text);
}

/** BERT and RoBERTa: one token before, one after. */
const around: Build<PostProcessor> = (node, where) => {
  const [before, after] = [pairAt(node, 'cls', where), pairAt(node, 'sep', where)];
  return (tokens, add) => (add ? [before, ...tokens, after] : tokens);
};

const KINDS: Readonly<Record<string, Build<PostProcessor>>> = {
  Sequence: (node, where, depth) => {
    const parts = listAt(node.processors, where);
    const adding = parts.filter((part) => isObject(part) && part.type !== 'ByteLevel');
    if (adding.length > 1)
      throw new TokenizerError(
        `${where}: ${adding.length} processors that add special tokens, one behind the other, are not supported`,
      );
    const steps = parts.map((part) => buildPart(KINDS, part, where, depth));
    return (tokens, add, original) => steps.reduce((list, step) => step(list, add, original), tokens);
  },
  ByteLevel: byteLevel,
  TemplateProcessing: template,
  BertProcessing: around,
  RobertaProcessing: (node, where, depth) => {
    const [trim, wrap] = [byteLevel(node, where, depth), around(node, where, depth)];
    return (tokens, add, original) => wrap(trim(tokens, add, original), add, original);
  },
};

export const readPostProcessor = (value: unknown, where: string): PostProcessor =>
  value === null || value === undefined ? (tokens) => tokens : buildPart(KINDS, value, where);
