/** What every kind of tokenizer offers. */
import type { Exact, Rendered } from './jinja/index.ts';

export interface Encoding {
  readonly ids: number[];
  /** [start, end) per token in UTF-16 units of the text; tokens that are parts of one character all carry its span. Special tokens added around the text have [0, 0]. */
  readonly offsets: [number, number][];
}

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** A message as callers have it; one read by `exactJson` keeps 1.0 apart from 1. */
export type GivenMessage = ChatMessage | Exact;

/** Variables a chat template sees besides the messages; a token left out is undefined in the template. */
export interface ChatOptions {
  readonly addGenerationPrompt: boolean;
  /** Instead of the tokenizer's own template. */
  readonly template?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Ends the text right after the last message's content, so that a completion goes on from there. */
  readonly continueFinalMessage?: boolean;
  /** Function descriptions in the JSON form chat templates expect; read by `exactJson` their floats stay floats. */
  readonly tools?: readonly unknown[] | Exact;
}

export interface Tokenizer {
  readonly kind: string;
  /** Added tokens included. */
  readonly vocabularySize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  readonly unkId: number | null;
  readonly eosToken: string | null;
  readonly chatTemplate: string | null;
  readonly specialIds: ReadonlySet<number>;
  /** Special tokens as the tokenizer's post-processor adds them, unless `addSpecialTokens` is false. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): Encoding;
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  tokenOf(id: number): string;
  idOf(token: string): number | null;
  /** Throws TokenizerError with the template's own message when the template raises one. */
  renderChat(messages: readonly GivenMessage[], options: ChatOptions): string;
  /** The same with the places of `{% generation %}` blocks, which hold what the assistant says. */
  renderMarked(messages: readonly GivenMessage[], options: ChatOptions): Rendered;
  /** Files to put beside a saved model, name → text. */
  files(): Record<string, string>;
}

export class TokenizerError extends Error {
  readonly code = 'bad_tokenizer';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenizerError';
  }
}
