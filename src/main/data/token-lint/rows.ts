/** A preference pair as the exact token strings that are trained on, and what the lint's rules look at. */
import { answeredIds, type Dropped, type PairTokens, pairTokens, promptIds, type TokenLimits } from '../batches.ts';
import type { PreferenceExample } from '../examples.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';

export type Side = 'chosen' | 'rejected';
export const SIDES: readonly Side[] = ['chosen', 'rejected'];

export interface LintContext {
  readonly tokenizer: Tokenizer;
  /** Tokens that end a completion. */
  readonly endIds: readonly number[];
  readonly limits: TokenLimits;
}

export interface LintedPair {
  readonly example: PreferenceExample;
  readonly prompt: readonly number[];
  /** Prompt and answer before any cut. */
  readonly whole: Readonly<Record<Side, readonly number[]>>;
  readonly tokens: PairTokens | Dropped;
}

/** Throws TokenizerError where the chat template refuses the conversation. */
export function linted(example: PreferenceExample, { tokenizer, limits }: LintContext): LintedPair {
  return {
    example,
    prompt: promptIds(tokenizer, example.prompt, example.chat),
    whole: {
      chosen: answeredIds(tokenizer, example.prompt, example.chosen, example.chat),
      rejected: answeredIds(tokenizer, example.prompt, example.rejected, example.chat),
    },
    tokens: pairTokens(tokenizer, example, limits),
  };
}

export interface PreviewToken {
  readonly id: number;
  /** The token as the vocabulary writes it. */
  readonly token: string;
  /** Whether it counts in the loss. */
  readonly scored: boolean;
}

/** The tokens of each side in order; none when the pair is dropped. */
export function previewOf({ tokens }: LintedPair, { tokenizer }: LintContext): Record<Side, PreviewToken[]> {
  const side = (name: Side) => {
    if ('dropped' in tokens) return [];
    const { ids, start } = tokens[name];
    return ids.map((id, i) => ({ id, token: tokenizer.tokenOf(id), scored: i >= Math.max(1, start) }));
  };
  return { chosen: side('chosen'), rejected: side('rejected') };
}
