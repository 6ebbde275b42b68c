/** Whether a chat template closes an answer with a token that the tokenizer knows and generation stops at. */
import type { Tokenizer } from '../tokenizers/tokenizer.ts';

const ANSWER = 'zebra 7';

/** What is wrong with how the template ends an answer; null when nothing is, or when there is no template. Throws TokenizerError where it refuses a plain exchange. */
export function templateFault(tokenizer: Tokenizer, endIds: readonly number[]): string | null {
  if (tokenizer.chatTemplate === null) return null;
  const text = tokenizer.renderChat(
    [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: ANSWER },
    ],
    { addGenerationPrompt: false },
  );
  const at = text.lastIndexOf(ANSWER);
  if (at < 0) return 'the chat template leaves the answer out';
  const closing = text.slice(at + ANSWER.length).trim();
  if (closing === '') return 'the chat template writes nothing after an answer: nothing tells the model to stop';
  const { ids } = tokenizer.encode(closing, { addSpecialTokens: false });
  const shown = JSON.stringify(closing.slice(0, 60));
  if (ids.some((id) => endIds.includes(id))) return null;
  const special = ids.find((id) => tokenizer.specialIds.has(id));
  if (special === undefined)
    return `the chat template closes an answer with ${shown}, which is no special token of this tokenizer but ${ids.length} ordinary ones`;
  const known = endIds.map((id) => JSON.stringify(tokenizer.tokenOf(id))).join(', ') || 'none';
  return `the chat template closes an answer with ${shown}, which is none of the tokens that end a completion (${known})`;
}
