/** Requests to an OpenAI-compatible chat endpoint: a bounded number at once, a time limit, a few attempts where trying again can help. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { anySignal } from '../../base/any-signal.ts';
import { parseUrl } from '../../base/parse-url.ts';
import { JudgeError, type LlmOptions } from './judge.ts';

const TIMEOUT_MS = 120_000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** An answer of one word is a few hundred bytes; a server that sends more is not asked to stop, it is not read. */
const MOST_CHARACTERS = 1_000_000;
/** A digit, and what some models put around it. */
const MOST_TOKENS = 8;

const token = z.object({ token: z.string(), logprob: z.number() });
const reply = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullable() }),
        logprobs: z
          .object({ content: z.array(z.object({ top_logprobs: z.array(token).default([]) })).nullish() })
          .nullish(),
      }),
    )
    .min(1),
});

export interface ChatReply {
  readonly text: string;
  /** Likeliest first tokens with their log-probabilities; empty when the server gives none. */
  readonly firstToken: readonly { readonly token: string; readonly logprob: number }[];
}

export const isHttpAddress = (url: string): boolean => /^https?:$/.test(parseUrl(url)?.protocol ?? '');

/** The key of an endpoint comes from the environment: a config or a list of processes would show it. */
export const judgeKey = (): string | undefined => process.env.PLUMB_JUDGE_KEY ?? process.env.OPENAI_API_KEY;

export const chatEndpoint = (where: Pick<LlmOptions, 'url' | 'model' | 'rule' | 'concurrency'>): LlmOptions => ({
  ...where,
  key: judgeKey(),
  timeoutMs: TIMEOUT_MS,
});

/** Parameters that some servers refuse, and what is asked for instead. */
const PARAMETERS = {
  logprobs: { usual: { logprobs: true, top_logprobs: 5 }, instead: {} },
  temperature: { usual: { temperature: 0 }, instead: {} },
  max_tokens: { usual: { max_tokens: MOST_TOKENS }, instead: { max_completion_tokens: MOST_TOKENS } },
} as const;
type Parameter = keyof typeof PARAMETERS;
const PARAMETER_NAMES = Object.keys(PARAMETERS) as Parameter[];

/** What a model of an endpoint has refused since this process began. */
const refusals = new Map<string, Set<Parameter>>();

function refusedBy(endpoint: string, model: string): Set<Parameter> {
  const name = JSON.stringify([endpoint, model]);
  const found = refusals.get(name) ?? new Set<Parameter>();
  refusals.set(name, found);
  return found;
}

/** One reply, without the parameters that this model refuses; throws JudgeError that says what the server answered. */
export async function askChat(
  { url, model, key, timeoutMs }: LlmOptions,
  messages: readonly { readonly role: string; readonly content: string }[],
  signal?: AbortSignal,
): Promise<ChatReply> {
  const endpoint = `${url.replace(/\/+$/, '')}/chat/completions`;
  const refused = refusedBy(endpoint, model);
  for (let attempt = 1; ; attempt++) {
    // another request may learn of a refusal meanwhile
    const without = new Set(refused);
    const asked = PARAMETER_NAMES.map((name) => PARAMETERS[name][without.has(name) ? 'instead' : 'usual']);
    const body = JSON.stringify(Object.assign({ model, messages }, ...asked));
    const outcome = await request(endpoint, body, key, timeoutMs, signal);
    if ('reply' in outcome) return outcome.reply;
    signal?.throwIfAborted();
    const named = PARAMETER_NAMES.find((name) => !without.has(name) && outcome.refuses?.includes(name));
    if (named) {
      refused.add(named);
      attempt--;
      continue;
    }
    if (!outcome.again || attempt === ATTEMPTS) throw outcome.error;
    await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
  }
}

type Outcome =
  | { readonly reply: ChatReply }
  /** `refuses`: what the server said of a request it will not take. */
  | { readonly error: JudgeError; readonly again: boolean; readonly refuses?: string };

async function request(
  endpoint: string,
  body: string,
  key: string | undefined,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const limit = anySignal([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body,
      signal: limit.signal,
    });
    text = await response.text();
  } catch (cause) {
    const why = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : cause;
    return { error: new JudgeError(`${endpoint} cannot be reached: ${why}`, { cause }), again: true };
  } finally {
    limit.release();
  }
  if (!response.ok) {
    const error = new JudgeError(`${endpoint} answered ${response.status}: ${text.slice(0, 200)}`);
    const refuses = response.status === 400 || response.status === 422 ? text : undefined;
    return { error, again: response.status === 429 || response.status >= 500, refuses };
  }
  return readReply(endpoint, text);
}

function readReply(endpoint: string, text: string): Outcome {
  const fail = (what: string, cause?: unknown): Outcome => ({
    error: new JudgeError(`${endpoint}: ${what}: ${text.slice(0, 200)}`, { cause }),
    again: false,
  });
  if (text.length > MOST_CHARACTERS) return fail(`a reply of ${text.length} characters is not read`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return fail('the reply is not JSON', cause);
  }
  const parsed = reply.safeParse(value);
  if (!parsed.success) return fail('the reply is not a chat completion');
  const [choice] = parsed.data.choices;
  return {
    reply: { text: choice.message.content ?? '', firstToken: choice.logprobs?.content?.[0]?.top_logprobs ?? [] },
  };
}

/** Maps with at most `concurrency` calls under way; results in order. The first failure ends it. */
export async function mapLimited<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, lane));
  } finally {
    next = items.length;
  }
  return results;
}
