/** The subword models other than BPE: Unigram (Kudo, 1804.10959), WordPiece and WordLevel. */
import { TokenizerError } from '../tokenizer.ts';
import { bpeModel } from './bpe-model.ts';
import { countAt, flagAt, type Json, textAt } from './component.ts';
import { byteTokens, type ModelTokens, readScores, type SubwordModel, utf8Length, type Vocabulary } from './model.ts';

/** An unknown character scores this much less than the worst token. */
const UNKNOWN_PENALTY = 10;

interface Node {
  id: number;
  score: number;
  /** Unit where the best token that ends here begins; -1 = not reached. */
  start: number;
}

/** Viterbi's best path over the tokens' log probabilities. */
function unigramModel(model: Json, vocabulary: Vocabulary, where: string): SubwordModel {
  const scores = readScores(model, where);
  const unknown = typeof model.unk_id === 'number' ? countAt(model, 'unk_id', where) : -1;
  const fallback = flagAt(model, 'byte_fallback', false);
  const unknownScore = scores.reduce((a, b) => Math.min(a, b), 0) - UNKNOWN_PENALTY;
  const longest = [...vocabulary.keys()].reduce((max, token) => Math.max(max, token.length), 1);
  return (piece) => {
    const nodes = bestPath(piece, { vocabulary, scores, unknown, unknownScore, longest });
    return namePath(pathPieces(piece, nodes, unknown), vocabulary, unknown, fallback, where);
  };
}

interface UnigramTables {
  readonly vocabulary: Vocabulary;
  readonly scores: Float64Array;
  readonly unknown: number;
  readonly unknownScore: number;
  /** Units of the longest token. */
  readonly longest: number;
}

function bestPath(piece: string, { vocabulary, scores, unknown, unknownScore, longest }: UnigramTables): Node[] {
  const nodes: Node[] = Array.from({ length: piece.length + 1 }, () => ({ id: 0, score: 0, start: -1 }));
  const offer = (end: number, start: number, id: number, score: number): void => {
    const node = nodes[end];
    if (node.start >= 0 && score <= node.score) return;
    Object.assign(node, { id, score, start });
  };
  let start = 0;
  for (const character of piece) {
    const end = start + character.length;
    const base = nodes[start].score;
    let single = false;
    for (let stop = start + 1; stop <= Math.min(piece.length, start + longest); stop++) {
      const id = vocabulary.get(piece.slice(start, stop));
      if (id === undefined) continue;
      offer(stop, start, id, base + scores[id]);
      single ||= stop === end;
    }
    if (!single) offer(end, start, unknown, base + unknownScore);
    start = end;
  }
  return nodes;
}

/** The best path's pieces; neighbouring unknown ones are joined. */
function pathPieces(piece: string, nodes: readonly Node[], unknown: number): string[] {
  const pieces: string[] = [];
  let fusing = false;
  for (let end = piece.length; end > 0; end = nodes[end].start) {
    const { id, start } = nodes[end];
    const text = piece.slice(start, end);
    if (fusing && id === unknown && unknown >= 0) pieces[pieces.length - 1] = text + pieces[pieces.length - 1];
    else pieces.push(text);
    fusing = id === unknown;
  }
  return pieces.reverse();
}

function namePath(
  pieces: readonly string[],
  vocabulary: Vocabulary,
  unknown: number,
  fallback: boolean,
  where: string,
): ModelTokens {
  const result: ModelTokens = { ids: [], spans: [] };
  let at = 0;
  for (const text of pieces) {
    const end = at + Buffer.byteLength(text);
    const id = vocabulary.get(text);
    const ids = id !== undefined ? [id] : ((fallback ? byteTokens(text, vocabulary) : undefined) ?? [unknown]);
    for (const part of ids) {
      if (part < 0) throw new TokenizerError(`${where}: ${JSON.stringify(text)} is unknown and there is no "unk_id"`);
      result.ids.push(part);
      result.spans.push(at, end);
    }
    at = end;
  }
  return result;
}

/** Greedy: the longest token that fits, again and again; a word with a part that fits nothing is unknown as a whole. */
function wordPieceModel(model: Json, vocabulary: Vocabulary, where: string): SubwordModel {
  const unknown = unknownId(model, vocabulary, where);
  const prefix = textAt(model, 'continuing_subword_prefix', where, '##');
  const limit = countAt(model, 'max_input_chars_per_word', where, 100);
  return (piece) => {
    const characters = [...piece];
    const whole: ModelTokens = { ids: [unknown], spans: [0, Buffer.byteLength(piece)] };
    if (characters.length > limit) return whole;
    const result: ModelTokens = { ids: [], spans: [] };
    let at = 0;
    for (let first = 0; first < characters.length; ) {
      let last = characters.length;
      let id: number | undefined;
      for (; last > first && id === undefined; last--)
        id = vocabulary.get((first > 0 ? prefix : '') + characters.slice(first, last).join(''));
      if (id === undefined) return whole;
      last++;
      const length = characters.slice(first, last).reduce((sum, c) => sum + utf8Length(c), 0);
      result.ids.push(id);
      result.spans.push(at, at + length);
      at += length;
      first = last;
    }
    return result;
  };
}

function unknownId(model: Json, vocabulary: Vocabulary, where: string): number {
  const token = textAt(model, 'unk_token', where);
  const id = vocabulary.get(token);
  if (id === undefined) throw new TokenizerError(`${where}: "unk_token" ${JSON.stringify(token)} is not in "vocab"`);
  return id;
}

function wordLevelModel(model: Json, vocabulary: Vocabulary, where: string): SubwordModel {
  const unknown = unknownId(model, vocabulary, where);
  return (piece) => ({ ids: [vocabulary.get(piece) ?? unknown], spans: [0, Buffer.byteLength(piece)] });
}

const KINDS: Readonly<Record<string, (model: Json, vocabulary: Vocabulary, where: string) => SubwordModel>> = {
  BPE: bpeModel,
  Unigram: unigramModel,
  WordPiece: wordPieceModel,
  WordLevel: wordLevelModel,
};

/** Which model it is; old files leave the type out. */
export function modelKind(model: Json, where: string): string {
  const guess = Array.isArray(model.merges) ? 'BPE' : Array.isArray(model.vocab) ? 'Unigram' : 'WordPiece';
  const kind = textAt(model, 'type', where, guess);
  if (Object.hasOwn(KINDS, kind)) return kind;
  throw new TokenizerError(`${where}: the model "${kind}" is not supported; known: ${Object.keys(KINDS).join(', ')}`);
}

export const readModel = (model: Json, vocabulary: Vocabulary, where: string): SubwordModel =>
  KINDS[modelKind(model, where)](model, vocabulary, `${where} ${modelKind(model, where)}`);
