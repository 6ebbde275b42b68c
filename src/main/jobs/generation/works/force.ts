/** Answers that no model wrote, read as training and `plumb logprobs` count them. */
import type { ForcedAnswers } from '../../../../preload/contract/generations.ts';
import { answeredIds, pairTokens, promptIds, sharedPrefix, type TokenRow } from '../../../data/batches.ts';
import type { TextOrChat } from '../../../data/examples.ts';
import type { Tokenizer } from '../../../data/tokenizers/tokenizer.ts';
import { readUnder } from '../reading.ts';
import { GenerationError, type ModelSource, type Work, type WorkContext } from '../work.ts';

export interface ForceWork {
  readonly model: ModelSource;
  readonly reference: ModelSource | null;
  readonly prompt: TextOrChat;
  readonly chosen: string;
  readonly rejected: string | null;
  readonly top: number;
}

export const force = {
  id: 'force',
  async run({ prompt, chosen, rejected, ...wanted }: ForceWork, context: WorkContext): Promise<ForcedAnswers> {
    const { rows, whyNoReference } = await readUnder(wanted, context, ({ loaded: { tokenizer } }) =>
      rejected === null ? [aloneRow(tokenizer, prompt, chosen)] : pairRows(tokenizer, prompt, chosen, rejected),
    );
    return { chosen: rows[0], rejected: rows[1] ?? null, whyNoReference };
  },
} satisfies Work;

/** The form of an answer follows its prompt's. */
const answerOf = (prompt: TextOrChat, text: string): TextOrChat =>
  typeof prompt === 'string' ? text : [{ role: 'assistant', content: text }];

function pairRows(tokenizer: Tokenizer, prompt: TextOrChat, chosen: string, rejected: string): readonly TokenRow[] {
  const example = { prompt, chosen: answerOf(prompt, chosen), rejected: answerOf(prompt, rejected) };
  const pair = pairTokens(tokenizer, example, { maxLength: null, truncation: 'keep_start' });
  if ('dropped' in pair) throw new GenerationError(pair.dropped);
  return [counted(pair.chosen), counted(pair.rejected)];
}

function aloneRow(tokenizer: Tokenizer, prompt: TextOrChat, answer: string): TokenRow {
  const ids = answeredIds(tokenizer, prompt, answerOf(prompt, answer));
  return counted({ ids, start: sharedPrefix(promptIds(tokenizer, prompt), ids) });
}

function counted(row: TokenRow): TokenRow {
  if (row.ids.length > Math.max(1, row.start)) return row;
  throw new GenerationError('An answer has no token of its own behind the prompt. Write more of it.');
}
