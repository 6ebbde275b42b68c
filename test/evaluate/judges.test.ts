/** Judges: gold, length and reward model on made answers; the language model judge against a server on this machine that speaks its protocol. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { builtInModelFolder } from '../../src/main/data/built-in-models.ts';
import { withScoreHead } from '../../src/main/engine/models/score-head.ts';
import { bestAnswers } from '../../src/main/evaluate/best-of-n.ts';
import { mapLimited } from '../../src/main/evaluate/judges/chat-endpoint.ts';
import { placeAmong } from '../../src/main/evaluate/judges/gold.ts';
import { judges } from '../../src/main/evaluate/judges/index.ts';
import { type JudgedAnswer, JudgeError, type LlmOptions } from '../../src/main/evaluate/judges/judge.ts';
import { createRewardScorer } from '../../src/main/evaluate/reward-scoring.ts';
import { pointOf, winRate } from '../../src/main/evaluate/win-rate.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { loadModel } from '../../src/main/train/load-model.ts';

const PROMPT = 'hello . i work as a cook . at which time is a ferret active ? be brief . answer :';
const answer = (completion: string, prompt = PROMPT, ended = true): JudgedAnswer => ({
  prompt,
  promptIds: [1],
  ids: [1],
  completion,
  tokens: completion.trim().split(' ').length,
  ended,
});
const GOOD = answer(' sure ! a ferret is active at noon .');
const POOR = answer(' a ferret is active at night .');

describe('gold', () => {
  const task = tasks.get('helpful');
  it('compares by the gold reward and rates by the place among demonstrations', async () => {
    const judge = await judges.get('gold').open({ task, tie: 0.25, seed: 1 });
    expect(await judge.compare([GOOD, POOR, GOOD], [POOR, GOOD, GOOD])).toEqual([1, 0, 0.5]);
    expect(await judge.score?.([GOOD, POOR])).toEqual([2.5, -1.5]);
    const [good, poor] = await judge.quality([GOOD, POOR]);
    expect(good).toBe(5);
    expect(poor).toBeLessThan(2);
    expect([placeAmong([1, 2, 2, 3], 2), placeAmong([2, 2], 2), placeAmong([1, 2, 3, 4], 4)]).toEqual([0.5, 0.5, 1]);
  });
  it('takes the missing end from the reward', async () => {
    const judge = await judges.get('gold').open({ task, tie: 0.25, seed: 1 });
    expect(await judge.score?.([answer(GOOD.completion, PROMPT, false)])).toEqual([1]);
  });
  it('says what it needs', async () => {
    await expect(judges.get('gold').open({ tie: 0, seed: 1 })).rejects.toThrow(/built-in task/);
    await expect(judges.get('reward-model').open({ tie: 0, seed: 1 })).rejects.toThrow(/--reward-model/);
    await expect(judges.get('llm').open({ tie: 0, seed: 1 })).rejects.toThrow(/--judge-url/);
  });
});

describe('reward model', () => {
  const path = builtInModelFolder('helpful-reference') ?? '';
  const loaded = loadModel(path);
  const rewardModel = { ...loaded, model: withScoreHead(loaded.model, 3) };

  it('scores prompt, answer and end as one text, and compares by the score', async () => {
    const judge = await judges.get('reward-model').open({ rewardModel, tie: 1e-6, seed: 1, threads: 1 });
    const idsOf = ({ prompt, completion }: JudgedAnswer) => [
      ...loaded.tokenizer.encode(prompt + completion).ids,
      loaded.eosIds[0],
    ];
    const scorer = await createRewardScorer(rewardModel.model, { weights: 'frozen', maxPositions: 64, threads: 1 });
    const expected = [...(await scorer.scores([idsOf(GOOD), idsOf(POOR)]))];
    await scorer.close();
    const found = (await judge.score?.([GOOD, POOR])) ?? [];
    found.forEach((score, i) => {
      expect(score).toBeCloseTo(expected[i], 5);
    });
    expect(await judge.compare([GOOD, GOOD], [POOR, GOOD])).toEqual([expected[0] > expected[1] ? 1 : 0, 0.5]);
    const [quality] = await judge.quality([GOOD]);
    expect(quality).toBeCloseTo(1 + 4 / (1 + Math.exp(-expected[0])), 4);
  });

  it('refuses a language model', async () => {
    await expect(judges.get('reward-model').open({ rewardModel: loaded, tie: 0, seed: 1 })).rejects.toThrow(
      /score head/,
    );
  });
});

it('length prefers the longer one', async () => {
  const judge = await judges.get('length').open({ tie: 0, seed: 1 });
  expect(await judge.compare([GOOD, POOR, POOR], [POOR, GOOD, POOR])).toEqual([1, 0, 0.5]);
  expect(await judge.quality([GOOD])).toEqual([null]);
});

describe('points and win rate', () => {
  it('a difference of the threshold is no tie, however it rounds', () => {
    expect([pointOf(0.3, 0.05, 0.25), pointOf(0.05, 0.3, 0.25), pointOf(0.29, 0.05, 0.25)]).toEqual([1, 0, 0.5]);
    expect([pointOf(1, 1, 0), pointOf(1, 0.999, 0)]).toEqual([0.5, 1]);
  });
  it('counts and gives a 95% interval', () => {
    expect(winRate([1, 1, 0, 0.1], [0, 0, 1, 0])).toMatchObject({ n: 4, win: 2, tie: 1, loss: 1, winRate: 0.625 });
    const [low, high] = winRate(new Array(91).fill(1), [...new Array(58).fill(0), ...new Array(33).fill(2)]).interval;
    expect(low).toBeCloseTo(0.534882923607384, 12);
    expect(high).toBeCloseTo(0.7287148775110555, 12);
    expect(() => winRate([1], [])).toThrow(/same prompts/);
  });
});

describe('best of n', () => {
  it('keeps for each prompt the first of the best', async () => {
    const judge = await judges.get('gold').open({ task: tasks.get('helpful'), tie: 0, seed: 1 });
    const also = answer(' of course ! a ferret is active at noon .');
    expect(
      await bestAnswers(
        [
          [POOR, GOOD],
          [GOOD, also],
        ],
        judge,
      ),
    ).toEqual([GOOD, GOOD]);
  });
  it('needs a judge that scores', async () => {
    const { score: _none, ...judge } = await judges.get('length').open({ tie: 0, seed: 1 });
    await expect(bestAnswers([[GOOD]], judge)).rejects.toThrow(JudgeError);
  });
});

// ---- the language model judge

interface Asked {
  readonly content: string;
  readonly authorization?: string;
  readonly body: Record<string, unknown>;
}

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** A chat endpoint on loopback; `reply` gets the user's message and answers with a document, or writes itself and returns undefined. */
async function serve(reply: (asked: Asked, response: ServerResponse, count: number) => object | undefined) {
  const asked: Asked[] = [];
  server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const part of request) body += part;
    const sent = JSON.parse(body) as Record<string, unknown> & { messages: { content: string }[] };
    asked.push({ content: sent.messages[1].content, authorization: request.headers.authorization, body: sent });
    const document =
      request.url === '/v1/chat/completions' ? reply(asked[asked.length - 1], response, asked.length) : {};
    if (document) response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}/v1` };
}

const text = (content: string) => ({ choices: [{ message: { content } }] });
const distribution = (shares: Readonly<Record<string, number>>) => ({
  choices: [
    {
      message: { content: Object.keys(shares)[0] },
      logprobs: {
        content: [{ top_logprobs: Object.entries(shares).map(([token, p]) => ({ token, logprob: Math.log(p) })) }],
      },
    },
  ],
});

const openLlm = (url: string, change: Partial<LlmOptions> = {}, signal?: AbortSignal) =>
  judges.get('llm').open({
    tie: 0,
    seed: 1,
    signal,
    llm: { url, model: 'judge', rule: 'average', concurrency: 2, timeoutMs: 5000, ...change },
  });

const firstIsGood = ({ content }: Asked): boolean =>
  content.indexOf(GOOD.completion.trim()) < content.indexOf(POOR.completion.trim());

describe('language model', () => {
  it('asks both orders and follows the better answer', async () => {
    const { url, asked } = await serve((question) => text(firstIsGood(question) ? '1' : '2'));
    const judge = await openLlm(url, { key: 'secret' });
    expect(await judge.compare([GOOD, POOR], [POOR, GOOD])).toEqual([1, 0]);
    expect(asked).toHaveLength(4);
    expect(asked.filter(firstIsGood)).toHaveLength(2);
    expect(asked[0].authorization).toBe('Bearer secret');
    expect(judge.audit?.()).toEqual({ flip_rate: 0, first_place: 0.5 });
  });

  it('a judge that always takes the first place decides nothing, and the audit says so', async () => {
    const { url } = await serve(() => text('1'));
    const judge = await openLlm(url);
    expect(await judge.compare([GOOD, POOR], [POOR, GOOD])).toEqual([0.5, 0.5]);
    expect(judge.audit?.()).toEqual({ flip_rate: 1, first_place: 1 });
  });

  it('averages the probabilities of both orders; the other rule makes disagreement a tie', async () => {
    // first place: 0.9 for the good one there, 0.6 for the poor one there → (0.9 + 0.4) / 2
    const reply = (question: Asked) =>
      distribution(firstIsGood(question) ? { '1': 0.9, '2': 0.1 } : { '1': 0.6, ' 2': 0.4 });
    const { url } = await serve(reply);
    expect(await (await openLlm(url)).compare([GOOD], [POOR])).toEqual([1]);
    expect(await (await openLlm(url, { rule: 'disagreement' })).compare([GOOD], [POOR])).toEqual([0.5]);
  });

  it('quality is the mean of the digits’ probabilities', async () => {
    const { url } = await serve(() => distribution({ '5': 0.5, '4': 0.25, '1': 0.25, the: 0.4 }));
    expect(await (await openLlm(url)).quality([GOOD])).toEqual([expect.closeTo(3.75, 9)]);
  });

  it('tries again after 429 and 503', async () => {
    const { url, asked } = await serve((_question, response, count) => {
      if (count > 2) return text('4');
      response.writeHead(count === 1 ? 429 : 503).end('busy');
      return undefined;
    });
    expect(await (await openLlm(url)).quality([GOOD])).toEqual([4]);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['refuses', (response: ServerResponse) => response.writeHead(401).end('no such key'), /401: no such key/],
    ['talks HTML', (response: ServerResponse) => response.end('<html>'), /not JSON/],
    ['replies something else', (response: ServerResponse) => response.end('{"choices":[]}'), /not a chat completion/],
    [
      'says no digit',
      (response: ServerResponse) => response.end(JSON.stringify(text('neither'))),
      /one of 1, 2, 3, 4, 5/,
    ],
  ])('says so when the server %s', async (_name, write, message) => {
    const { url, asked } = await serve((_question, response) => {
      write(response);
      return undefined;
    });
    const judge = await openLlm(url);
    await expect(judge.quality([GOOD])).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['1', 1],
    ['Answer 2 is better.', 0],
    ['Both have merit: 1 is short, 2 is right.\n2', 0],
    ['<think>1 or 2? 2 says more.</think>\n\n1', 1],
    ['[[2]]', 0],
  ])('reads "%s"', async (reply, wins) => {
    const { url } = await serve((question) => {
      const other: Record<string, string> = { 1: '2', 2: '1' };
      return text(firstIsGood(question) ? reply : reply.replace(/[12]/g, (digit) => other[digit]));
    });
    expect(await (await openLlm(url)).compare([GOOD], [POOR])).toEqual([wins]);
  });

  it.each([['1 or 2'], ['10 of 10'], ['1.5'], ['']])('does not guess at "%s"', async (reply) => {
    const { url } = await serve(() => text(reply));
    await expect((await openLlm(url)).compare([GOOD], [POOR])).rejects.toThrow('one of 1, 2, found');
  });

  it('goes by what was said where the first token is another word', async () => {
    const { url } = await serve((question) => ({
      choices: [
        {
          message: { content: `Answer ${firstIsGood(question) ? 1 : 2}` },
          logprobs: {
            content: [
              {
                top_logprobs: [
                  { token: 'Answer', logprob: -0.01 },
                  { token: '2', logprob: -9 },
                ],
              },
            ],
          },
        },
      ],
    }));
    expect(await (await openLlm(url)).compare([GOOD], [POOR])).toEqual([1]);
  });

  it('does without the parameters that a model refuses, and remembers them', async () => {
    const bodies: Record<string, unknown>[] = [];
    const { url, asked } = await serve((question, response) => {
      bodies.push(question.body);
      const unknown = ['logprobs', 'max_tokens', 'temperature'].find((name) => name in question.body);
      if (!unknown) return text('4');
      response.writeHead(400).end(`{"error":{"message":"Unsupported parameter: '${unknown}'"}}`);
      return undefined;
    });
    const judge = await openLlm(url);
    expect(await judge.quality([GOOD, POOR])).toEqual([4, 4]);
    expect(bodies.at(-1)).toMatchObject({ model: 'judge', max_completion_tokens: 8 });
    const before = asked.length;
    expect(await judge.quality([GOOD])).toEqual([4]);
    expect(asked.length).toBe(before + 1);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const { url } = await serve(() => {
      controller.abort(new Error('stopped'));
      return undefined;
    });
    const judge = await openLlm(url, {}, controller.signal);
    await expect(judge.quality([GOOD])).rejects.toThrow(/stopped/);
    server?.closeAllConnections();
  });
});

it('mapLimited keeps the order and the limit, and starts nothing after a failure', async () => {
  let running = 0;
  let most = 0;
  const work = async (n: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5 - n));
    running--;
    return n * 2;
  };
  expect(await mapLimited([0, 1, 2, 3, 4], 2, work)).toEqual([0, 2, 4, 6, 8]);
  expect(most).toBe(2);
  expect(await mapLimited([], 2, work)).toEqual([]);
  const started: number[] = [];
  const fail = async (n: number) => {
    started.push(n);
    throw new Error(`item ${n}`);
  };
  await expect(mapLimited([0, 1, 2, 3], 1, fail)).rejects.toThrow('item 0');
  expect(started).toEqual([0]);
});
