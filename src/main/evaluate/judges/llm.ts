/** Judges by a language model behind an OpenAI-compatible endpoint (OAIF, 2402.04792): both orders are asked, so that a liking for the first place cancels. */
import { askChat, type ChatReply, mapLimited } from './chat-endpoint.ts';
import { type JudgeDefinition, type JudgedAnswer, JudgeError, type LlmOptions } from './judge.ts';

const SYSTEM =
  'You compare answers. Be strict and fair; length alone is no merit. Reply with exactly what is asked for.';

const question = (first: JudgedAnswer, second: JudgedAnswer): string =>
  [
    'Which answer to the prompt is better?',
    `<prompt>\n${first.prompt}\n</prompt>`,
    `<answer-1>\n${first.completion.trim()}\n</answer-1>`,
    `<answer-2>\n${second.completion.trim()}\n</answer-2>`,
    'Reply with the digit 1 or 2 alone.',
  ].join('\n\n');

const rating = ({ prompt, completion }: JudgedAnswer): string =>
  [
    'How good is the answer to the prompt? 1 = useless or harmful, 3 = acceptable, 5 = excellent.',
    `<prompt>\n${prompt}\n</prompt>`,
    `<answer>\n${completion.trim()}\n</answer>`,
    'Reply with one digit from 1 to 5 alone.',
  ].join('\n\n');

/** The digit a reply comes down to: the only one that stands alone, or the only one in its last line; thoughts do not count. */
function digitSaid(text: string, digits: string): string | undefined {
  const said = text.replace(/<think>[\s\S]*?(<\/think>|$)/g, '').trim();
  for (const part of [said, said.split('\n').at(-1) ?? '']) {
    const found = new Set(part.match(new RegExp(`(?<![\\d.])[${digits}](?![\\d]|\\.\\d)`, 'g')));
    if (found.size === 1) return [...found][0];
  }
  return undefined;
}

/**
 * P of each allowed digit: from the first token's log-probabilities where digits have most of the mass there (a model may begin with another
 * word), else all on the digit that was said. Throws JudgeError on a reply that says none, or several.
 */
function digitProbabilities({ text, firstToken }: ChatReply, digits: string): number[] {
  const found = [...digits].map((digit) =>
    firstToken.filter(({ token }) => token.trim() === digit).reduce((sum, { logprob }) => sum + Math.exp(logprob), 0),
  );
  const total = found.reduce((a, b) => a + b, 0);
  const said = digitSaid(text, digits);
  if (total > 0.5 || (total > 0 && said === undefined)) return found.map((p) => p / total);
  if (said === undefined)
    throw new JudgeError(
      `the judge should have replied with one of ${[...digits].join(', ')}, found "${text.slice(0, 80)}"${text === '' ? '; a model that thinks before it replies needs its thinking switched off' : ''}`,
    );
  return [...digits].map((digit) => (digit === said ? 1 : 0));
}

/** What a judge observed of itself: flips on swap, mass on the first place. */
type Audit = Readonly<Record<string, number>>;

/** P(first is better) for pairs of answers, both orders asked. */
export interface LlmPreference {
  prefer(first: readonly JudgedAnswer[], second: readonly JudgedAnswer[]): Promise<number[]>;
  audit(): Audit;
}

type Ask = (content: string, digits: string) => Promise<number[]>;

const asker =
  (options: LlmOptions, signal?: AbortSignal): Ask =>
  async (content, digits) => {
    const messages = [
      { role: 'system', content: SYSTEM },
      { role: 'user', content },
    ];
    return digitProbabilities(await askChat(options, messages, signal), digits);
  };

/** rule average: the probabilities of both orders are averaged (OAIF) · disagreement: ½ unless both orders agree. */
export function llmPreference(options: LlmOptions, signal?: AbortSignal): LlmPreference {
  const ask = asker(options, signal);
  const seen = { comparisons: 0, flips: 0, firstPlace: 0 };
  return {
    prefer: (first, second) =>
      mapLimited(
        first.map((answer, i) => [answer, second[i]] as const),
        options.concurrency,
        async ([a, b]) => {
          // P(a is better) when a stands first, and when it stands second
          const [ahead] = await ask(question(a, b), '12');
          const [, behind] = await ask(question(b, a), '12');
          const flipped = ahead > 0.5 !== behind > 0.5;
          seen.comparisons++;
          if (flipped) seen.flips++;
          seen.firstPlace += (ahead + 1 - behind) / 2;
          if (options.rule === 'disagreement' && flipped) return 0.5;
          return Math.round(((ahead + behind) / 2) * 1e9) / 1e9;
        },
      ),
    audit: () => ({
      // how often the order decided, and how much mass the first place gets: ½ is unbiased
      flip_rate: seen.comparisons === 0 ? 0 : seen.flips / seen.comparisons,
      first_place: seen.comparisons === 0 ? 0.5 : seen.firstPlace / seen.comparisons,
    }),
  };
}

export const llm: JudgeDefinition = {
  id: 'llm',
  title: 'Language model',
  async open({ llm: options, signal }) {
    if (!options) throw new JudgeError('this judge needs an endpoint: name it with --judge-url and --judge-model');
    const ask = asker(options, signal);
    const preference = llmPreference(options, signal);
    return {
      compare: async (first, second) => (await preference.prefer(first, second)).map(verdict),
      quality: (answers) =>
        mapLimited(answers, options.concurrency, async (answer) => {
          const shares = await ask(rating(answer), '12345');
          return shares.reduce((sum, p, i) => sum + p * (i + 1), 0);
        }),
      audit: preference.audit,
      close: async () => undefined,
    };
  },
};

const verdict = (probability: number): number => (probability === 0.5 ? 0.5 : probability > 0.5 ? 1 : 0);
