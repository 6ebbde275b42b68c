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
  if (at < 0)
    return 'the chat template leaves the answer out: let it write the content of messages whose role is assistant';
  const closing = text.slice(at + ANSWER.length).trim();
  if (closing === '')
    return 'the chat template writes nothing after an answer: nothing tells the model to stop. Let it write {{ eos_token }} there';
  const { ids } = tokenizer.encode(closing, { addSpecialTokens: false });
  const shown = JSON.stringify(closing.slice(0, 60));
  if (ids.some((id) => endIds.includes(id))) return null;
  const special = ids.find((id) => tokenizer.specialIds.has(id));
  if (special === undefined)
    return `the chat template closes an answer with ${shown}, which is no special token of this tokenizer but ${ids.length} ordinary ones. Close answers with one that is (${closers(tokenizer, endIds)}), or add it to the tokenizer before training`;
  const known = endIds.length === 0 ? 'none' : closers(tokenizer, endIds);
  return `the chat template closes an answer with ${shown}, which is none of the tokens that end a completion (${known}). Close answers with one of them, or add its id to eos_token_id in generation_config.json`;
}

const closers = (tokenizer: Tokenizer, endIds: readonly number[]): string =>
  endIds.map((id) => JSON.stringify(tokenizer.tokenOf(id))).join(', ') || '{{ eos_token }}';
