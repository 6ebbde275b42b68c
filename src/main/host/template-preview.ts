/** A conversation as the exact tokens that a model would be trained on, with the lint's word on them. */
import type { ChatMessage } from '../../preload/contract/datasets.ts';
import type { PreviewToken, TemplatePreview } from '../../preload/contract/models.ts';
import { answeredIds, promptIds, sharedPrefix } from '../data/batches.ts';
import type { TextOrChat } from '../data/examples.ts';
import { lintPair } from '../data/token-lint/index.ts';
import { lintRules, withRemedy } from '../data/token-lint/rules.ts';
import { templateFault } from '../data/token-lint/template.ts';
import { type Encoding, type Tokenizer, TokenizerError } from '../data/tokenizers/tokenizer.ts';

export interface PreviewOptions {
  readonly tokenizer: Tokenizer;
  readonly eosIds: readonly number[];
  readonly maxLength: number | null;
}

/** A prompt and its answer; without an answer the prompt is what generation begins with. */
interface Exchange {
  readonly prompt: TextOrChat;
  readonly answer: TextOrChat | null;
}

/** Rules that say something about one answer alone. */
const COMPARING = ['identical_answers'];

export function previewConversation(messages: readonly ChatMessage[], options: PreviewOptions): TemplatePreview {
  const { tokenizer } = options;
  const exchange = exchangeOf(messages, tokenizer.chatTemplate !== null);
  try {
    const text = textOf(exchange, tokenizer);
    const tokens = tokensOf(text, exchange, tokenizer);
    return { text, problem: null, tokens, checks: [...checksOf(exchange, options), unknownIn(tokens)] };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { text: null, problem: error.message, tokens: [], checks: [] };
  }
}

/** The last message is the answer when the assistant says it. Without a template the texts follow each other as they are. */
function exchangeOf(messages: readonly ChatMessage[], chat: boolean): Exchange {
  const last = messages.at(-1);
  const answered = last?.role === 'assistant' && messages.length > 1;
  const prompt = answered ? messages.slice(0, -1) : messages;
  if (chat) return { prompt, answer: answered ? messages.slice(-1) : null };
  return { prompt: prompt.map(({ content }) => content).join(''), answer: answered ? last.content : null };
}

/** The text whose tokens these are: `batches.ts` makes the ids of the same one. */
function textOf({ prompt, answer }: Exchange, tokenizer: Tokenizer): string {
  if (typeof prompt === 'string') {
    const text = prompt + (typeof answer === 'string' ? answer : '');
    const { eosToken } = tokenizer;
    return answer === null || eosToken === null || text.endsWith(eosToken) ? text : text + eosToken;
  }
  if (answer === null || typeof answer === 'string') return tokenizer.renderChat(prompt, { addGenerationPrompt: true });
  return tokenizer.renderChat([...prompt, ...answer], { addGenerationPrompt: false });
}

function tokensOf(text: string, { prompt, answer }: Exchange, tokenizer: Tokenizer): PreviewToken[] {
  const encoding = tokenizer.encode(text, { addSpecialTokens: typeof prompt === 'string' });
  const start = answer === null ? encoding.ids.length : answerStart(prompt, answer, tokenizer);
  return encoding.ids.map((id, i) => ({
    id,
    token: tokenizer.tokenOf(id),
    text: pieceOf(text, encoding, i),
    special: tokenizer.specialIds.has(id),
    unknown: id === tokenizer.unkId,
    scored: i >= Math.max(1, start),
  }));
}

/** Where prompt and whole stop being equal: TRL's rule, as training has it. */
const answerStart = (prompt: TextOrChat, answer: TextOrChat, tokenizer: Tokenizer): number =>
  sharedPrefix(promptIds(tokenizer, prompt), answeredIds(tokenizer, prompt, answer));

/** The token's characters; tokens of one character after the first have none of their own. */
function pieceOf(text: string, { offsets }: Encoding, at: number): string {
  const [start, end] = offsets[at];
  const before = at > 0 ? offsets[at - 1] : [0, 0];
  return before[0] === start && before[1] === end ? '' : text.slice(start, end);
}

function unknownIn(tokens: readonly PreviewToken[]) {
  const unknown = tokens.filter((token) => token.unknown).map(({ text }) => JSON.stringify(text.trim()));
  const listed = [...new Set(unknown)].slice(0, 5).join(', ');
  const message = unknown.length === 0 ? null : `${unknown.length} of ${tokens.length}, such as ${listed}`;
  return { rule: 'unknown', title: 'Words that the tokenizer does not know', message };
}

function checksOf({ prompt, answer }: Exchange, { tokenizer, eosIds, maxLength }: PreviewOptions) {
  const template = {
    rule: 'template',
    title: 'The template closes the answer',
    message: tokenizer.chatTemplate === null ? null : templateFault(tokenizer, eosIds),
  };
  const ofTemplate = tokenizer.chatTemplate === null ? [] : [template];
  if (answer === null) return ofTemplate;
  const limits = { maxLength, truncation: 'keep_start' } as const;
  const { findings } = lintPair({ prompt, chosen: answer, rejected: answer }, { tokenizer, endIds: eosIds, limits });
  const found = lintRules.all
    .filter(({ id }) => !COMPARING.includes(id))
    .map(({ id, title }) => {
      const message = findings.find(({ rule, side }) => rule === id && side !== 'rejected')?.message;
      return { rule: id, title, message: message === undefined ? null : withRemedy(id, message) };
    });
  return [...ofTemplate, ...found];
}
