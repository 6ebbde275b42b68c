/** What the page shows of a model equals what the command line says of it: generate, logprobs and rewards of the built program against the namespace `generations`. */
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sum } from '../../src/main/base/statistics.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import type {
  ForcedAnswers,
  GenerationEnd,
  GenerationEvent,
  ReadToken,
  RewardAnswers,
} from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from '../host/open-test-host.ts';
import { document } from './plumb.ts';

const golden = resolve(import.meta.dirname, '../golden/models');
const MODEL = 'helpful-reference';
const PROMPT = 'hello . i work as a farmer . what does a rabbit eat ? explain in detail . answer :';

let test: TestHost;
beforeAll(() => {
  test = openTestHost();
  for (const name of ['qwen2', 'llama-reward']) {
    const folder = join(test.workspace.models, name);
    cpSync(join(golden, name), folder, { recursive: true });
    registerModel(test.host.store, test.workspace, folder, { name, origin: 'imported', runId: null, parent: null });
  }
});
afterAll(() => test.close());

const call = <T>(name: string, input: unknown) => test.connection.call(name, input) as Promise<T>;
const plumb = <T>(...words: string[]) => document<T>(...words, '--home', test.workspace.home);
const total = (tokens: readonly ReadToken[]) => sum(tokens.map(({ logp }) => logp ?? Number.NaN));

describe('the page and the command line', () => {
  it('write the same with the same seed, with the same log-probabilities', async () => {
    const words = ['--temperature', '0.8', '--top-k', '30', '--top-p', '0.95', '--min-p', '0.01', '--seed', '11'];
    const { results } = await plumb<{ results: { ids: number[]; text: string; logps: number[] }[] }>(
      ...['generate', '--model', MODEL, '--prompt', PROMPT, '--max-new-tokens', '40', ...words],
    );
    const tokens: ReadToken[] = [];
    const sampling = { temperature: 0.8, topK: 30, topP: 0.95, minP: 0.01, seed: 11, maxTokens: 40 };
    const stream = test.connection.stream('generations.run', { model: MODEL, prompt: PROMPT, sampling }, (event) => {
      const { type, ...rest } = event as GenerationEvent;
      if (type === 'tokens') tokens.push(...(rest as { tokens: ReadToken[] }).tokens);
    });
    const { text } = (await stream.done) as GenerationEnd;
    const [{ logps, ids, text: expected }] = results;
    expect(text).toBe(expected);
    expect(tokens.slice(0, ids.length).map(({ id }) => id)).toEqual(ids);
    expect(tokens.map(({ logp }) => logp)).toEqual(logps);
  });

  it.each([
    [MODEL, PROMPT, ' a rabbit likes to eat seeds .', ' seeds seeds'],
    ['qwen2', 'Why is the sky blue?', ' Because of scattering.', ' It is not, 🦊 it is "green".'],
    [
      'qwen2',
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Why?' },
      ],
      'Because.',
      'I will not say.',
    ],
  ] as const)('read the same of forced answers: %s, %j', async (model, prompt, chosen, rejected) => {
    const answer = (text: string) => (typeof prompt === 'string' ? text : [{ role: 'assistant', content: text }]);
    const file = join(test.workspace.home, 'pairs.json');
    writeFileSync(file, JSON.stringify([{ prompt, chosen: answer(chosen), rejected: answer(rejected) }]));
    const { results } = await plumb<{ results: Record<string, number>[] }>(
      'logprobs',
      '--model',
      model,
      '--pairs',
      file,
    );
    const forced = await call<ForcedAnswers>('generations.force', { model, reference: null, prompt, chosen, rejected });
    const [said] = results;
    expect(forced.chosen).toHaveLength(said.chosen_tokens);
    expect(forced.rejected).toHaveLength(said.rejected_tokens);
    expect(Math.abs(total(forced.chosen) - said.chosen_logp)).toBeLessThan(1e-4);
    expect(Math.abs(total(forced.rejected ?? []) - said.rejected_logp)).toBeLessThan(1e-4);
  });

  it('score the same', async () => {
    const [prompt, text] = ['Once upon', ' a time there was a dog'];
    const input = join(test.workspace.home, 'texts.json');
    writeFileSync(input, JSON.stringify({ texts: [prompt + text] }));
    const { results } = await plumb<{ results: { score: number }[] }>(
      ...['rewards', '--model', 'llama-reward', '--input', input],
    );
    const { scores } = await call<RewardAnswers>('generations.rewards', {
      rewardModel: 'llama-reward',
      prompt,
      answers: [{ text, ended: false }],
    });
    expect(Math.abs((scores[0].reward ?? Number.NaN) - results[0].score)).toBeLessThan(1e-6);
  });
});
