/** A tokenizer as a GGUF file's metadata. What llama.cpp would read into other ids is refused by name; where the format knows no better, `note` is told. */
import type { Entry } from '../../checkpoints/gguf/write.ts';
import { GPT2_PATTERN_SOURCE } from '../bytes.ts';
import { bpeModel, mergeTurns } from '../pipeline/bpe-model.ts';
import { isObject, type Json } from '../pipeline/component.ts';
import { mergesOfScores, SPACE_MARK } from '../sentence-piece-json.ts';
import { type Tokenizer, TokenizerError } from '../tokenizer.ts';
import { prePatterns } from './pre-patterns.ts';
import { BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED } from './token-type.ts';

const BYTE_NAME = /^<0x[0-9A-F]{2}>$/;

const refuse = (why: string): never => {
  throw new TokenizerError(`a GGUF file cannot hold this tokenizer: ${why}`);
};

const steps = (node: unknown, key: string): Json[] => {
  if (!isObject(node)) return [];
  const parts = node.type === 'Sequence' ? node[key] : [node];
  return Array.isArray(parts) ? parts.filter(isObject) : [];
};

/** `rows` is the number of rows of the model's embedding: ids that no token has are written as unused ones. Throws TokenizerError. */
export function ggufTokenizer(tokenizer: Tokenizer, rows: number, note: (text: string) => void): Map<string, Entry> {
  const files = tokenizer.files();
  const json = JSON.parse(files['tokenizer.json'] ?? 'null') as Json | null;
  if (!json || !isObject(json.model) || json.model.type !== 'BPE')
    return refuse(`its model is ${isObject(json?.model) ? String(json.model.type) : 'unknown'}, BPE was expected`);
  if (tokenizer.vocabularySize > rows)
    refuse(`it has ${tokenizer.vocabularySize} tokens, the model's embedding has ${rows} rows`);
  const model = json.model;
  const added = new Map(
    (Array.isArray(json.added_tokens) ? json.added_tokens.filter(isObject) : []).map((t) => [Number(t.id), t]),
  );
  for (const token of added.values())
    if (token.lstrip || token.rstrip || token.single_word)
      refuse(`the added token ${JSON.stringify(token.content)} takes spaces or word ends with it`);
  const vocab = isObject(model.vocab) ? model.vocab : {};
  const used = new Set([...Object.values(vocab).map(Number), ...added.keys()]);
  const texts = Array.from({ length: rows }, (_, id) => (used.has(id) ? tokenizer.tokenOf(id) : `[PAD${id}]`));
  const isScored = model.byte_fallback === true;
  const typeOf = (id: number): number => {
    const token = added.get(id);
    if (token) return token.special ? CONTROL : USER_DEFINED;
    if (!used.has(id)) return UNUSED;
    if (isScored && texts[id] === model.unk_token) return UNKNOWN;
    return isScored && BYTE_NAME.test(texts[id]) ? BYTE : NORMAL;
  };
  const around = tokensAround(json.post_processor, tokenizer);
  const id = (name: string, value: number | null): [string, Entry][] =>
    value === null ? [] : [[`tokenizer.ggml.${name}_token_id`, { u32: value }]];
  return new Map<string, Entry>([
    ...(isScored ? scored(json, model, texts, (i) => typeOf(i) === NORMAL, note) : byteLevel(json, model, note)),
    ['tokenizer.ggml.tokens', { texts }],
    ['tokenizer.ggml.token_type', { i32s: texts.map((_, i) => typeOf(i)) }],
    ...id('bos', tokenizer.bosId ?? around.before),
    ...id('eos', tokenizer.eosId ?? around.after),
    ...id('unknown', tokenizer.unkId),
    ...id('padding', tokenizer.padId),
    ['tokenizer.ggml.add_bos_token', { bool: around.before !== null }],
    ['tokenizer.ggml.add_eos_token', { bool: around.after !== null }],
    ...(tokenizer.chatTemplate === null
      ? []
      : ([['tokenizer.chat_template', { text: tokenizer.chatTemplate }]] as [string, Entry][])),
  ]);
}

/** What the post-processor puts around a text: at most the BOS before and the EOS after, as llama.cpp can. */
function tokensAround(
  node: unknown,
  { bosId, eosId, encode }: Tokenizer,
): { before: number | null; after: number | null } {
  const bare = encode('a', { addSpecialTokens: false }).ids;
  const whole = encode('a').ids;
  const at = whole.findIndex((_, i) => bare.every((id, j) => whole[i + j] === id));
  const [before, after] = [whole.slice(0, at), whole.slice(at + bare.length)];
  if (node && (at < 0 || before.length > 1 || after.length > 1)) refuse('it puts more than one token around a text');
  if (before.length === 1 && bosId !== null && before[0] !== bosId)
    refuse('it begins texts with another token than its BOS');
  if (after.length === 1 && eosId !== null && after[0] !== eosId)
    refuse('it ends texts with another token than its EOS');
  return { before: before[0] ?? null, after: after[0] ?? null };
}

/** The splitting patterns of a byte-level tokenizer, in the form of the table. */
function patternsOf(preTokenizer: unknown): string[] {
  return steps(preTokenizer, 'pretokenizers').flatMap((step): string[] => {
    if (step.type === 'ByteLevel') {
      if (step.add_prefix_space === true) refuse('it puts a space before every text');
      return step.use_regex === false ? [] : [GPT2_PATTERN_SOURCE];
    }
    if (step.type === 'Digits' && step.individual_digits === true) return ['\\p{N}'];
    const pattern = isObject(step.pattern) ? step.pattern.Regex : undefined;
    const keeps = step.behavior === 'Isolated' || (step.behavior === 'Removed' && step.invert === true);
    if (step.type === 'Split' && typeof pattern === 'string' && keeps) return [pattern];
    return refuse(`its pre-tokenizer ${JSON.stringify(step)} has no counterpart in llama.cpp`);
  });
}

/** Spellings of one pattern made alike: possessive quantifiers match the same here, GPT-2's is found with and without a last alternative. */
const canonical = (pattern: string): string =>
  pattern.replaceAll("'s|'t|'re|'ve|'m|'ll|'d| ?", "'(?:[sdmt]|ll|ve|re)| ?").replace(/([?+])\+/g, '$1');

function byteLevel(json: Json, model: Json, note: (text: string) => void): [string, Entry][] {
  if (!steps(json.decoder, 'decoders').some((step) => step.type === 'ByteLevel'))
    refuse('it is neither byte-level nor has it tokens for all bytes');
  if (steps(json.normalizer, 'normalizers').some((step) => step.type !== 'NFC'))
    refuse(`it normalises texts: ${JSON.stringify(json.normalizer)}`);
  if (steps(json.normalizer, 'normalizers').length > 0)
    note('a GGUF file holds no normaliser: texts that are not in Unicode form NFC get other tokens in llama.cpp');
  const patterns = patternsOf(json.pre_tokenizer).map(canonical);
  const same = (other: readonly string[]) =>
    other.length === patterns.length && other.every((pattern, i) => canonical(pattern) === patterns[i]);
  const ignoreMerges = model.ignore_merges === true;
  const found = prePatterns.find(([, pre]) => same(pre.patterns) && (pre.ignoreMerges ?? false) === ignoreMerges);
  if (!found) return refuse(`llama.cpp has no name for the way it cuts texts: ${JSON.stringify(patterns)}`);
  const merges = (Array.isArray(model.merges) ? model.merges : []).map((merge: unknown) =>
    Array.isArray(merge) ? merge.join(' ') : String(merge),
  );
  return [
    ['tokenizer.ggml.model', { text: 'gpt2' }],
    ['tokenizer.ggml.pre', { text: found[0] }],
    ['tokenizer.ggml.merges', { texts: merges }],
  ];
}

/** SentencePiece's scores from ranked merges: a token's is minus the turn of the first merge that makes it. */
function scored(
  json: Json,
  model: Json,
  texts: readonly string[],
  isNormal: (id: number) => boolean,
  note: (text: string) => void,
): [string, Entry][] {
  const pairs = (Array.isArray(model.merges) ? model.merges : []).map((merge: unknown): [string, string] => {
    const [left, right] = Array.isArray(merge) ? merge : String(merge).split(' ');
    return [String(left), String(right)];
  });
  const turns = turnsOf(model, texts, pairs);
  const scores = texts.map((text) => -(turns.get(text) ?? pairs.length));
  const joins = mergesOfScores(texts, scores, (_, id) => isNormal(id));
  checkJoins(model, texts, pairs, joins, turns, note);
  return [
    ['tokenizer.ggml.model', { text: 'llama' }],
    ['tokenizer.ggml.pre', { text: 'default' }],
    ['tokenizer.ggml.scores', { f32s: scores }],
    ['tokenizer.ggml.add_space_prefix', { bool: spacePrefix(json, note) }],
  ];
}

/** Token → when it is joined: the turn of the first merge that makes it. Runs of one character whose merges lie among each other have one turn (Llama 2's spaces). */
function turnsOf(model: Json, texts: readonly string[], merges: readonly [string, string][]): Map<string, number> {
  const tokens = merges.map(([left, right]) => left + right);
  const due = mergeTurns(model, new Map(texts.map((text, id) => [text, id])), 'model');
  const turns = new Map<string, number>();
  const last = new Map<string, number>();
  tokens.forEach((token, rank) => {
    if (!turns.has(token)) turns.set(token, due[rank]);
    last.set(token, rank);
  });
  for (let first = 0, next = 0; first < tokens.length; first = next) {
    for (let end = first; next <= end; next++) end = Math.max(end, last.get(tokens[next]) ?? 0);
    const group = new Set(tokens.slice(first, next));
    const [character] = tokens[first];
    const areRuns = [...group].every((token) => token === character.repeat(token.length));
    if (group.size > 1 && areRuns) for (const token of group) turns.set(token, first);
  }
  return turns;
}

/**
 * llama.cpp joins whatever pair makes a token, best score first; the merges must lead to the same tokens. Merges that are due by score do (`tied_merges`),
 * as do those of which every pair that makes a token is one, in the order of the tokens: then only the two ways to make the same token are ordered, which is
 * told. Others do when each token's merges follow those of its parts, tokens come one after the other, and a pair that is no merge never stands: the merges
 * alone already make its token of its text, so at the token's turn its text is cut where its merge cuts it.
 */
function checkJoins(
  model: Json,
  texts: readonly string[],
  merges: readonly [string, string][],
  joins: readonly [string, string][],
  turns: ReadonlyMap<string, number>,
  note: (text: string) => void,
): void {
  const odd = (what: string): never =>
    refuse(`its merges are not those of scores, which is how llama.cpp joins tokens of this kind (${what})`);
  const isByScore = model.tied_merges !== undefined;
  let before = -1;
  let early: string | undefined;
  for (const [left, right] of isByScore ? [] : merges) {
    const own = turns.get(left + right) ?? 0;
    if (own < before) odd(`${left} ${right}`);
    if (Math.max(turns.get(left) ?? -1, turns.get(right) ?? -1) >= own) early ??= `${left} ${right}`;
    before = own;
  }
  const known = new Set(merges.map(([left, right]) => `${left} ${right}`));
  const extra = new Set(joins.flatMap(([left, right]) => (known.has(`${left} ${right}`) ? [] : [left + right])));
  if (early !== undefined && extra.size > 0) odd(early);
  if (early !== undefined)
    note(
      'llama.cpp may cut long runs of one character otherwise: which of two ways to make a token comes first is not in the file',
    );
  if (extra.size === 0) return;
  const vocabulary = new Map(texts.map((text, id) => [text, id]));
  const tokenize = bpeModel(model, vocabulary, 'model');
  for (const token of extra) {
    const { ids } = tokenize(token);
    if (ids.length !== 1 || texts[ids[0]] !== token) odd(token);
  }
}

/** Whether a space is put before texts, from the normaliser (Prepend) or the pre-tokeniser (Metaspace). */
function spacePrefix(json: Json, note: (text: string) => void): boolean {
  const normalizers = steps(json.normalizer, 'normalizers');
  const isSpace = (pattern: unknown) => isObject(pattern) && pattern.String === ' ';
  const replaces = (step: Json) => step.type === 'Replace' && isSpace(step.pattern) && step.content === SPACE_MARK;
  // Gemma's cuts at spaces that the normaliser has replaced before
  const idle = (step: Json) => step.type === 'Split' && isSpace(step.pattern) && normalizers.some(replaces);
  const cutters = steps(json.pre_tokenizer, 'pretokenizers').filter((step) => !idle(step));
  const other = normalizers.find(
    (step) => !replaces(step) && !(step.type === 'Prepend' && step.prepend === SPACE_MARK),
  );
  if (other) refuse(`its normalizer ${JSON.stringify(other)} has no counterpart in llama.cpp`);
  if (cutters.length === 0) return normalizers.some((step) => step.type === 'Prepend');
  const [cutter] = cutters;
  if (cutters.length > 1 || cutter.type !== 'Metaspace' || (cutter.replacement ?? SPACE_MARK) !== SPACE_MARK)
    return refuse(`its pre-tokenizer ${JSON.stringify(json.pre_tokenizer)} has no counterpart in llama.cpp`);
  const scheme = cutter.prepend_scheme ?? (cutter.add_prefix_space === false ? 'never' : 'always');
  if (scheme === 'never') return false;
  note(
    'llama.cpp puts a space before every text and after special tokens; this tokenizer does not where there is one already',
  );
  return true;
}
