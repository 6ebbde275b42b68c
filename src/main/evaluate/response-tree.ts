/** A model's whole response distribution on a space that can be listed, in one forward pass: the prompt, then every prefix once, under a tree mask. */
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraphBuilder } from '../engine/graph/builder.ts';
import { product } from '../engine/graph/dims.ts';
import type { Tensor, Value } from '../engine/graph/value.ts';
import type { Weights } from '../engine/models/architecture.ts';
import { type LanguageModel, weightFeeds, weightInputs } from '../engine/models/language-model.ts';
import { MASKED } from '../engine/runtime/batch-feeds.ts';
import { float32, int32, Session, type SessionOptions } from '../engine/runtime/session.ts';
import { MAX_SYMBOLS, RESPONSES, SYMBOLS } from '../tasks/enumerable.ts';
import { SEPARATOR } from '../tasks/task.ts';

/** Token ids of the symbols, in their order, and of the end: the only tokens that a response may hold. */
export interface LegalTokens {
  readonly symbols: readonly number[];
  readonly end: number;
}

/** A model that does not speak the symbols. */
export class UnfitTokenizer extends Error {
  readonly code = 'bad_input';
  readonly exitCode = 3;
}

/** Throws UnfitTokenizer when a symbol is not one token of this tokenizer. */
export function legalTokens(tokenizer: Tokenizer): LegalTokens {
  const symbols = SYMBOLS.map((symbol) => {
    const { ids } = tokenizer.encode(SEPARATOR + symbol, { addSpecialTokens: false });
    if (ids.length !== 1 || ids[0] === tokenizer.unkId)
      throw new UnfitTokenizer(
        `the symbol "${symbol}" must be one token of the model's tokenizer; it is not: take a model of the task enumerable`,
      );
    return ids[0];
  });
  if (tokenizer.eosId === null) throw new UnfitTokenizer('the tokenizer has no end token');
  return { symbols, end: tokenizer.eosId };
}

/** Prefixes that something follows: all responses shorter than the longest, the empty one first. */
const PREFIXES = RESPONSES.filter((response) => response.length < MAX_SYMBOLS);

/** Tokens of one row behind its prompt: every prefix but the empty one. */
export const TREE_NODES = PREFIXES.length - 1;

/** Place of a prefix among the nodes; prefixes stand by length, then by symbols. */
const PLACE_OF = new Map(PREFIXES.map((prefix, i) => [prefix.join(','), i]));

/** Nodes a prefix sees: itself and what it grew from, the empty prefix (the prompt) left out. */
const lineage = (prefix: readonly number[]): number[] =>
  prefix.map((_, i) => (PLACE_OF.get(prefix.slice(0, i + 1).join(',')) ?? 0) - 1);

/**
 * ln π of all responses, [B, responses] in the order of `RESPONSES`, from token inputs of one prompt length: conditionals over the legal tokens alone,
 * so that they add up to 1; a response of the greatest length ends by itself.
 */
export function responseLogProbabilities(
  g: GraphBuilder,
  model: LanguageModel,
  weights: Weights,
  legal: LegalTokens,
  promptLength: number,
): Value {
  const { architecture, config } = model;
  const length = promptLength + TREE_NODES;
  const ids = g.input('ids', 'int32', ['B', length]);
  const positions = g.input('positions', 'int64', ['B', length]);
  const mask = g.input('mask', 'float32', [length, length]);
  const { hidden } = architecture.decode(g, config, weights, { ids, positions, mask, maxPositions: length });
  const nodes = g.slice(g.reshape(hidden, ['B', length, config.hidden]), 1, promptLength - 1, length);
  const logits = architecture.head(
    g,
    config,
    weights,
    g.reshape(nodes, [product(['B', PREFIXES.length]), config.hidden]),
  );
  const allowed = g.constant('legal', 'int32', [legal.symbols.length + 1], Int32Array.of(...legal.symbols, legal.end));
  const conditionals = g.reshape(g.logSoftmax(g.gather(logits, allowed, 1)), [
    'B',
    PREFIXES.length,
    legal.symbols.length + 1,
  ]);
  return joinLevels(g, conditionals, legal.symbols.length);
}

/** Adds conditionals along the tree, level by level: what ends there is a response, what goes on is the next level. */
function joinLevels(g: GraphBuilder, conditionals: Value, symbols: number): Value {
  const parts: Value[] = [];
  let reached: Value | undefined; // ln π of the prefixes of a level, [B, symbols^level]
  let at = 0;
  for (let level = 0; level < MAX_SYMBOLS; level++) {
    const width = symbols ** level;
    const here = g.slice(conditionals, 1, at, at + width); // [B, width, symbols + 1]
    const joint: Value = reached ? g.add(here, g.unsqueeze(reached, [2])) : here;
    parts.push(g.reshape(g.slice(joint, 2, symbols, symbols + 1), ['B', width]));
    reached = g.reshape(g.slice(joint, 2, 0, symbols), ['B', width * symbols]);
    at += width;
  }
  return g.concat(reached ? [...parts, reached] : parts, 1);
}

/** Feeds of `responseLogProbabilities`; all prompts have the same length. */
export function treeFeeds(prompts: readonly (readonly number[])[], legal: LegalTokens): Record<string, Tensor> {
  const promptLength = prompts[0].length;
  if (prompts.some((prompt) => prompt.length !== promptLength))
    throw new Error('the prompts of one pass must have the same number of tokens');
  const length = promptLength + TREE_NODES;
  const ids = new Int32Array(prompts.length * length);
  const positions = new BigInt64Array(ids.length);
  const mask = new Float32Array(length * length).fill(MASKED);
  for (let i = 0; i < promptLength; i++) mask.fill(0, i * length, i * length + i + 1);
  PREFIXES.slice(1).forEach((prefix, node) => {
    const row = (promptLength + node) * length;
    mask.fill(0, row, row + promptLength);
    for (const seen of lineage(prefix)) mask[row + promptLength + seen] = 0;
  });
  prompts.forEach((prompt, b) => {
    ids.set(prompt, b * length);
    PREFIXES.slice(1).forEach((prefix, node) => {
      ids[b * length + promptLength + node] = legal.symbols[prefix[prefix.length - 1]];
      positions[b * length + promptLength + node] = BigInt(promptLength + prefix.length - 1);
    });
    for (let i = 0; i < promptLength; i++) positions[b * length + i] = BigInt(i);
  });
  return {
    ids: int32([prompts.length, length], ids),
    positions: { dtype: 'int64', shape: [prompts.length, length], data: positions },
    mask: float32([length, length], mask),
  };
}

/** Prompts in one forward pass. */
const PASS = 8;

/** ln π of every response to every prompt, as the model is now. */
export async function listResponseDistribution(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  legal: LegalTokens,
  options: SessionOptions = {},
): Promise<Float64Array[]> {
  const g = new GraphBuilder('response_tree');
  g.output('logps', responseLogProbabilities(g, model, weightInputs(g, model), legal, prompts[0].length));
  const session = await Session.create(g.build(), options);
  try {
    const found: Float64Array[] = [];
    for (let at = 0; at < prompts.length; at += PASS) {
      const group = prompts.slice(at, at + PASS);
      const { logps } = await session.run({ ...weightFeeds(model), ...treeFeeds(group, legal) });
      const all = logps.data as Float32Array;
      group.forEach((_, i) => {
        found.push(Float64Array.from(all.subarray(i * RESPONSES.length, (i + 1) * RESPONSES.length)));
      });
    }
    return found;
  } finally {
    await session.close();
  }
}
