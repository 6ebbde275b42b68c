/** The namespace `generations` over a real host and a real generation process: every number is what the engine's own scoring says, streams are paced, stopped and survive a crash, pairs are kept. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/main/base/random.ts';
import { sum } from '../../src/main/base/statistics.ts';
import { pairTokens, promptIds } from '../../src/main/data/batches.ts';
import { builtInModelFolder } from '../../src/main/data/built-in-models.ts';
import { readPairs } from '../../src/main/data/store/pairs.ts';
import { getVersion } from '../../src/main/data/store/versions.ts';
import { Decoder } from '../../src/main/engine/generation/decoder.ts';
import { generate } from '../../src/main/engine/generation/generate.ts';
import { initLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { generationForm, quantiseModel } from '../../src/main/engine/models/quantise-model.ts';
import { BUILT_IN_TEXTS, predict, quantisationReport } from '../../src/main/evaluate/quantisation-report.ts';
import { createRewardScorer } from '../../src/main/evaluate/reward-scoring.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { writeModel } from '../../src/main/train/checkpoint.ts';
import { openProbes, probeName } from '../../src/main/train/diagnostics/probes.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import type {
  ForcedAnswers,
  GenerationEnd,
  GenerationEvent,
  ModelChoice,
  PromptReading,
  ReadToken,
  RewardAnswers,
  SavedPair,
  StoredPair,
  TokenReadings,
} from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from './open-test-host.ts';

const golden = resolve(import.meta.dirname, '../golden/models');
const MODEL = 'helpful-reference';
const task = tasks.get('helpful');
const [PROMPT, OTHER] = task.prompts('held-out', 2, 1);

/** 8 M random weights: slow enough to be stopped while it writes. */
function writeSlowModel(folder: string): void {
  const loaded = loadModel(join(golden, 'llama'));
  const size = { hidden_size: 256, num_hidden_layers: 8, num_attention_heads: 4, num_key_value_heads: 4, head_dim: 64 };
  const raw = { ...loaded.model.config.raw, ...size, intermediate_size: 1024, max_position_embeddings: 2048 };
  mkdirSync(folder, { recursive: true });
  writeModel(folder, { ...loaded, model: initLanguageModel(raw, 1) });
  const template =
    '{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<answer>{% endif %}';
  writeFileSync(join(folder, 'chat_template.jinja'), template);
}

let test: TestHost;
beforeAll(() => {
  test = openTestHost();
  const slow = join(test.workspace.models, 'slow');
  writeSlowModel(slow);
  const imported = { origin: 'imported', runId: null, parent: null };
  registerModel(test.host.store, test.workspace, slow, { name: 'slow', ...imported });
  for (const name of ['llama', 'llama-lora', 'llama-reward']) {
    const folder = join(test.workspace.models, name);
    cpSync(join(golden, name), folder, { recursive: true });
    registerModel(test.host.store, test.workspace, folder, { name, ...imported });
  }
});
afterAll(() => test.close());

const call = <T>(name: string, input: unknown = {}) => test.connection.call(name, input) as Promise<T>;

function run(input: object) {
  const events: GenerationEvent[] = [];
  const at: number[] = [];
  const { close, done } = test.connection.stream('generations.run', input, (event) => {
    events.push(event as GenerationEvent);
    at.push(performance.now());
  });
  const tokens = (): ReadToken[] => events.flatMap((event) => (event.type === 'tokens' ? event.tokens : []));
  return { events, at, tokens, close, done: done as Promise<GenerationEnd> };
}

const near = (found: number | null, expected: number, tolerance = 1e-5) =>
  expect(Math.abs((found ?? Number.NaN) - expected), `${found} against ${expected}`).toBeLessThan(tolerance);

/** ln p of every token after the first, by the scorer that evaluations use. */
async function scored(path: string, ids: readonly number[]): Promise<Float64Array> {
  const scorer = await createScorer(loadModel(path).model, { weights: 'frozen', maxPositions: ids.length });
  try {
    return (await scorer.score([ids]))[0];
  } finally {
    await scorer.close();
  }
}

/** All next-token distributions of a row, by the scorer's logits of each beginning. */
async function distributions(path: string, beginnings: readonly (readonly number[])[]): Promise<number[][]> {
  const scorer = await createScorer(loadModel(path).model, {
    weights: 'frozen',
    maxPositions: Math.max(...beginnings.map(({ length }) => length)),
  });
  const logits = await scorer.lastLogits(beginnings);
  await scorer.close();
  return logits.map((row) => {
    const top = Math.max(...row);
    const total = Math.log(row.reduce((all, x) => all + Math.exp(x - top), 0)) + top;
    return Array.from(row, (x) => x - total);
  });
}

interface Logps {
  readonly next_token_logps: number[];
}

const folderOf = (name: string): string => builtInModelFolder(name) ?? join(golden, name);

describe('generations.run', () => {
  it.each([8, 4] as const)(
    'draws with %d-bit weights, says so with what they change, and reads with float32',
    async (weightBits) => {
      const sampling = { greedy: true, maxTokens: 12, weightBits };
      const stream = run({ model: MODEL, prompt: PROMPT, sampling });
      await stream.done;
      const [first] = stream.events;
      if (first.type !== 'prompt') throw new Error('the first event is the prompt');
      const { model, tokenizer } = loadModel(folderOf(MODEL));
      const exact = await predict(
        model,
        BUILT_IN_TEXTS.map((text) => tokenizer.encode(text).ids),
      );
      const coded = quantiseModel(model, generationForm(weightBits));
      const change = await quantisationReport(exact, coded);
      expect(first.weights).toMatchObject({ bits: weightBits, tokens: change.tokens });
      near(first.weights?.meanKl ?? null, change.mean_kl, 1e-6);
      near(first.weights?.meanAbsLogpChange ?? null, change.mean_abs_logp_change, 1e-5);
      expect(change.mean_kl).toBeGreaterThan(0);

      const prompt = first.prompt.tokens.map(({ id }) => id);
      const ids = stream.tokens().map(({ id }) => id);
      const scorer = await createScorer(coded, { weights: 'frozen', maxPositions: 256 });
      const [own] = await scorer.score([[...prompt, ...ids]]);
      await scorer.close();
      const whole = await scored(folderOf(MODEL), [...prompt, ...ids]);
      const read = await call<TokenReadings>('generations.read', {
        model: MODEL,
        reference: null,
        promptIds: prompt,
        ids,
      });
      stream.tokens().forEach((token, i) => void near(token.logp, own[prompt.length - 1 + i], 2e-2));
      read.tokens.forEach((token, i) => void near(token.logp, whole[prompt.length - 1 + i], 1e-4));
      const plain = run({ model: MODEL, prompt: PROMPT, sampling: { ...sampling, weightBits: 32 } });
      await plain.done;
      expect(plain.events[0]).toMatchObject({ weights: null });
    },
  );

  it('streams what the engine generates with the same settings, each token with its ln p and alternatives', async () => {
    const sampling = { temperature: 0.9, topK: 20, topP: 0.95, minP: 0.01, repetitionPenalty: 1.1, seed: 7 };
    const stream = run({ model: MODEL, prompt: PROMPT, sampling: { ...sampling, maxTokens: 40 }, top: 5 });
    const end = await stream.done;

    const { model, tokenizer, eosIds } = loadModel(folderOf(MODEL));
    const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions: 128 });
    const ids = promptIds(tokenizer, PROMPT);
    const [expected] = await generate(decoder, [ids], {
      ...sampling,
      maxNewTokens: 40,
      eosIds,
      random: createRandom(7),
    });
    await decoder.close();
    const drawn = [...expected.ids, ...(expected.endId === null ? [] : [expected.endId])];
    expect(stream.tokens().map(({ id }) => id)).toEqual(drawn);
    for (const [i, token] of stream.tokens().entries()) near(token.logp, expected.logps[i], 1e-9);
    expect(end).toMatchObject({ finish: expected.finishReason, tokens: drawn.length });
    expect(end.text).toBe(tokenizer.decode(expected.ids, { skipSpecialTokens: true }));
    const text = stream
      .tokens()
      .filter(({ special }) => !special)
      .map((token) => token.text)
      .join('');
    expect(text).toBe(end.text);

    const [first] = stream.tokens();
    const [distribution] = await distributions(folderOf(MODEL), [ids]);
    const best = distribution.map((logp, id) => ({ id, logp })).sort((a, b) => b.logp - a.logp);
    expect(first.top.map(({ id }) => id)).toEqual(best.slice(0, 5).map(({ id }) => id));
    first.top.forEach(({ logp }, i) => {
      near(logp, best[i].logp);
    });
    expect(stream.events[0]).toMatchObject({ type: 'prompt', prompt: { text: PROMPT } });
  });

  it('ends before a stop string, at the limit, and at the context', async () => {
    const plain = await run({ model: MODEL, prompt: PROMPT, sampling: { greedy: true } }).done;
    const word = plain.text.trim().split(' ')[2];
    const stopped = await run({ model: MODEL, prompt: PROMPT, sampling: { greedy: true, stop: [` ${word}`] } }).done;
    expect(stopped.finish).toBe('stop');
    expect(stopped.text).toBe(plain.text.slice(0, plain.text.indexOf(` ${word}`)));
    expect(await run({ model: MODEL, prompt: PROMPT, sampling: { greedy: true, maxTokens: 2 } }).done).toMatchObject({
      finish: 'length',
      tokens: 2,
    });
    const long = `${'hello '.repeat(126)}hello`;
    const full = await run({ model: MODEL, prompt: long, sampling: { maxTokens: 50 } }).done;
    expect(full.tokens).toBe(1);
    const message = 'context is 128. Shorten the prompt.';
    await expect(run({ model: MODEL, prompt: `${long} hello`, sampling: {} }).done).rejects.toThrow(message);
  });

  it('says what is wrong with the input by name, and never a path', async () => {
    const wrong = (input: object) => run({ model: MODEL, prompt: PROMPT, sampling: {}, ...input }).done;
    await expect(wrong({ model: 'helpful-referenc' })).rejects.toThrow('did you mean "helpful-reference"?');
    await expect(wrong({ model: 'llama-reward' })).rejects.toThrow('it scores answers and writes none');
    await expect(wrong({ prompt: [{ role: 'user', content: 'x' }] })).rejects.toThrow('chat template');
    await expect(wrong({ sampling: { temperature: 0 } })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(wrong({ prompt: '' })).rejects.toThrow('The prompt is empty');
  });

  it('four panes at once: at most 20 messages a second each, other calls are answered meanwhile, each pane as alone', async () => {
    const settings = { model: 'slow', prompt: 'Once upon a time', sampling: { maxTokens: 200, seed: 3 }, top: 5 };
    const alone = run(settings);
    await alone.done;
    const waits: number[] = [];
    let going = true;
    const asking = (async () => {
      while (going) {
        const asked = performance.now();
        await call('system.info');
        waits.push(performance.now() - asked);
        await setTimeout(10);
      }
    })();
    const panes = [0, 1, 2, 3].map(() => run(settings));
    await Promise.all(panes.map(({ done }) => done));
    going = false;
    await asking;
    for (const pane of panes) {
      expect(pane.tokens()).toEqual(alone.tokens());
      const [from, to] = [pane.at[0], pane.at[pane.at.length - 1]];
      expect(pane.at.length).toBeLessThanOrEqual(3 + ((to - from) / 1000) * 20);
    }
    expect(Math.max(...waits)).toBeLessThan(100);
  });

  it('is stopped by closing, and the process goes on', async () => {
    const stream = run({ model: 'slow', prompt: 'Once', sampling: { maxTokens: 2000 } });
    while (stream.tokens().length < 3) await setTimeout(5);
    stream.close();
    const seen = stream.tokens().length;
    expect(await stream.done).toBeUndefined();
    await setTimeout(150);
    expect(stream.tokens().length).toBe(seen);
    expect(await run({ model: 'llama', prompt: 'Once', sampling: { maxTokens: 3 } }).done).toMatchObject({ tokens: 3 });
  });

  it('a crash of the process is an error that says so, and the next request works', async () => {
    const stream = run({ model: 'slow', prompt: 'Once', sampling: { maxTokens: 2000 } });
    while (stream.tokens().length < 3) await setTimeout(5);
    test.killGenerator();
    await expect(stream.done).rejects.toMatchObject({
      code: 'generation_ended',
      message: expect.stringContaining('ended with SIGKILL'),
    });
    expect(await run({ model: MODEL, prompt: PROMPT, sampling: { seed: 1 } }).done).toMatchObject({ finish: 'eos' });
  });
});

describe('numbers', () => {
  it('reading, KL and forced answers are those of the engine', async () => {
    const written = run({ model: MODEL, prompt: PROMPT, sampling: { seed: 5 } });
    await written.done;
    const { tokenizer } = loadModel(folderOf(MODEL));
    const prompt = promptIds(tokenizer, PROMPT);
    const ids = written.tokens().map(({ id }) => id);
    const { tokens, whyNoReference } = await call<TokenReadings>('generations.read', {
      model: MODEL,
      reference: MODEL,
      promptIds: prompt,
      ids,
    });
    expect(whyNoReference).toBeNull();
    const logps = await scored(folderOf(MODEL), [...prompt, ...ids]);
    tokens.forEach((token, i) => {
      near(token.logp, logps[prompt.length - 1 + i]);
      near(token.logp, written.tokens()[i].logp ?? Number.NaN);
      expect(token).toMatchObject({ id: ids[i], refLogp: token.logp, kl: 0 });
    });
  });

  it("equals transformers' and PEFT's log-probabilities, with the adapter and without; KL is the sum over the vocabulary", async () => {
    const { prompts } = JSON.parse(readFileSync(join(golden, 'llama-lora/expected.json'), 'utf8')) as {
      prompts: { input_ids: number[]; base: Logps; adapter: Logps }[];
    };
    for (const { input_ids, base, adapter } of prompts) {
      const [first, ...ids] = input_ids;
      const { tokens } = await call<TokenReadings>('generations.read', {
        model: 'llama-lora',
        reference: 'llama-lora~base',
        promptIds: [first],
        ids,
      });
      tokens.forEach(({ logp }, t) => {
        near(logp, adapter.next_token_logps[t]);
      });
      tokens.forEach(({ refLogp }, t) => {
        near(refLogp, base.next_token_logps[t]);
      });
      const beginnings = ids.map((_, i) => input_ids.slice(0, i + 1));
      const own = await distributions(join(golden, 'llama-lora'), beginnings);
      const other = await distributions(join(golden, 'llama'), beginnings);
      tokens.forEach(({ kl, top }, t) => {
        near(kl, sum(own[t].map((logp, id) => Math.exp(logp) * (logp - other[t][id]))));
        expect(kl).toBeGreaterThan(0);
        for (const each of top) near(each.refLogp, other[t][each.id]);
      });
    }
    expect(prompts.length).toBeGreaterThan(0);
  });

  it('a forced pair counts as `plumb logprobs` does, one answer alone by its own beginning', async () => {
    const [chosen, rejected] = [' a rabbit likes to eat seeds .', ' seeds seeds'];
    const forced = await call<ForcedAnswers>('generations.force', {
      model: MODEL,
      reference: null,
      prompt: PROMPT,
      chosen,
      rejected,
    });
    const { tokenizer } = loadModel(folderOf(MODEL));
    const limits = { maxLength: null, truncation: 'keep_start' } as const;
    const pair = pairTokens(tokenizer, { prompt: PROMPT, chosen, rejected }, limits);
    if ('dropped' in pair) throw new Error(pair.dropped);
    for (const side of ['chosen', 'rejected'] as const) {
      const { ids, start } = pair[side];
      const tokens = forced[side] ?? [];
      expect(tokens.map(({ id }) => id)).toEqual(ids.slice(start));
      near(sum(tokens.map(({ logp }) => logp ?? Number.NaN)), sum(await scored(folderOf(MODEL), ids), start - 1));
      expect(tokens[0].kl).toBeNull();
    }
    const alone = await call<ForcedAnswers>('generations.force', {
      model: MODEL,
      reference: null,
      prompt: PROMPT,
      chosen,
      rejected: null,
    });
    expect(alone).toEqual({ chosen: forced.chosen, rejected: null, whyNoReference: null });
  });

  it('says why another tokenizer cannot be the reference, and still gives what needs none', async () => {
    const { chosen, whyNoReference } = await call<ForcedAnswers>('generations.force', {
      model: MODEL,
      reference: 'tldr-reference',
      prompt: PROMPT,
      chosen: ' yes',
      rejected: ' no',
    });
    expect(whyNoReference).toContain('reads other tokens');
    expect(chosen[0]).toMatchObject({ refLogp: null, kl: null, logp: expect.any(Number) });
  });

  it("probes are those of a run's diagnostics", async () => {
    const probes = ['', ' the the the', ' i do not know .'];
    const found = await call<{ logp: number; tokens: number }[]>('generations.probes', {
      model: MODEL,
      prompt: PROMPT,
      probes,
    });
    const loaded = loadModel(folderOf(MODEL));
    const watched = openProbes(loaded, probes, [promptIds(loaded.tokenizer, PROMPT)]);
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions: watched.longest });
    const expected = await watched.read(scorer);
    await scorer.close();
    found.forEach(({ logp }, i) => {
      near(logp, expected[probeName(probes[i])]);
    });
  });

  it("rewards: the gold reward of the prompt's task, and a reward model's as `plumb rewards` gives it", async () => {
    const answers = [
      { text: ' sure ! a rabbit likes to eat seeds .', ended: true },
      { text: ' seeds', ended: false },
    ];
    const found = await call<RewardAnswers>('generations.rewards', { rewardModel: null, prompt: PROMPT, answers });
    expect(found.task).toBe('helpful');
    expect(found.scores).toEqual(
      answers.map(({ text, ended }) => ({ gold: task.gold(PROMPT, text.trim(), { ended }), reward: null })),
    );
    const loaded = loadModel(join(golden, 'llama-reward'), { head: 'score' });
    const text = 'Once upon a time there was a dog';
    const ids = loaded.tokenizer.encode(text).ids;
    const scorer = await createRewardScorer(loaded.model, { weights: 'frozen', maxPositions: 64 });
    const [open, ended] = await scorer.scores([ids, [...ids, loaded.eosIds[0]]]);
    await scorer.close();
    const byModel = await call<RewardAnswers>('generations.rewards', {
      rewardModel: 'llama-reward',
      prompt: text.slice(0, 9),
      answers: [false, true].map((end) => ({ text: text.slice(9), ended: end })),
    });
    expect(byModel).toMatchObject({ task: null, scores: [{ gold: null }, { gold: null }] });
    near(byModel.scores[0].reward, open);
    near(byModel.scores[1].reward, ended);
    await expect(call('generations.rewards', { rewardModel: MODEL, prompt: PROMPT, answers })).rejects.toThrow(
      'it has no score head',
    );
  });
});

describe('choices', () => {
  it('are all models with what they are, an adapter with and without', async () => {
    const choices = await call<ModelChoice[]>('generations.models');
    const of = (ref: string) => choices.find((choice) => choice.ref === ref);
    expect(of(MODEL)).toMatchObject({ detail: 'built-in', head: 'language', reference: null });
    expect(of('llama-reward')).toMatchObject({ head: 'score' });
    expect(of('llama-lora')).toMatchObject({ reference: 'llama-lora~base' });
    expect(of('llama-lora~base')).toMatchObject({ detail: 'imported, adapter off', reference: null });
    expect(of('llama~base')).toBeUndefined();
  });
});

describe('pairs', () => {
  const pair = (dataset: string, chosen: string, more = {}) => ({
    dataset,
    prompt: OTHER,
    chosen: { text: chosen, model: MODEL, sampling: { seed: 3 } },
    rejected: { text: ' no .', model: null, sampling: null },
    rater: 'ada',
    ...more,
  });
  const save = (...input: Parameters<typeof pair>) => call<SavedPair>('generations.savePair', pair(...input));
  const rowsOf = ({ versionId }: SavedPair): StoredPair[] => readPairs(test.host.store, versionId, 0, 100);

  it('make a next version each, with where they came from; several at once are all kept', async () => {
    const first = await save('kept', ' yes .');
    expect(first).toMatchObject({ dataset: 'kept', version: 1, rows: 1 });
    expect(rowsOf(first)[0]).toMatchObject({
      prompt: OTHER,
      chosen: ' yes .',
      rejected: ' no .',
      annotator: 'ada',
      metadata: { chosen_model: MODEL, rejected_model: null, chosen_sampling: { seed: 3, temperature: 1 } },
      provenance: { file: 'Inspect', line: null, row: null },
    });
    expect(getVersion(test.host.store, first.versionId)).toMatchObject({
      recipe: `one pair saved in Inspect by ada: ${MODEL} over typed by hand`,
      prompts: 1,
      longerChosenShare: 1,
    });
    const more = await Promise.all(['a', 'b', 'c'].map((text) => save('kept', ` ${text}`)));
    expect(Math.max(...more.map(({ rows }) => rows))).toBe(4);
    const newest = more.reduce((a, b) => (a.version > b.version ? a : b));
    expect(
      rowsOf(newest)
        .map(({ chosen }) => chosen)
        .sort(),
    ).toEqual([' a', ' b', ' c', ' yes .']);
  });

  it('of a conversation keep its form', async () => {
    const made = await save('chats', 'yes', { prompt: [{ role: 'user', content: 'hm?' }] });
    expect(rowsOf(made)[0]).toMatchObject({
      prompt: [{ role: 'user', content: 'hm?' }],
      chosen: [{ role: 'assistant', content: 'yes' }],
    });
  });

  it('are taken back while nothing was built on them', async () => {
    const first = await save('undone', ' one');
    const second = await save('undone', ' two');
    const undo = ({ versionId }: SavedPair) => call('generations.undoPair', { versionId });
    await expect(undo(first)).rejects.toMatchObject({ code: 'conflict' });
    await undo(second);
    expect(getVersion(test.host.store, second.versionId)).toBeUndefined();
    await undo(first);
    await expect(undo(first)).rejects.toMatchObject({ code: 'not_found' });
    await expect(save('x', ' no .')).rejects.toThrow('the same text');
    await expect(save('a/b', ' yes')).rejects.toThrow("cannot be a dataset's name");
  });
});

describe('prompts', () => {
  it('are picked from held-out ones of a task and from rows of a dataset', async () => {
    const { prompts } = await call<{ prompts: { prompt: string }[] }>('generations.prompts', {
      from: 'task',
      task: 'helpful',
      seed: 1,
      count: 2,
    });
    expect(prompts.map(({ prompt }) => prompt)).toEqual([PROMPT, OTHER]);
    await expect(call('generations.prompts', { from: 'task', task: 'x', seed: 1, count: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are shown with every token, after the chat template where there is one', async () => {
    const plain = await call('generations.prompt', { model: MODEL, prompt: 'hello .' });
    expect(plain).toMatchObject({ text: 'hello .', tokens: [{ text: 'hello' }, { text: ' .' }] });
    const chat = await call<PromptReading>('generations.prompt', {
      model: 'slow',
      prompt: [{ role: 'user', content: 'hi' }],
    });
    expect(chat.text).toBe('<user>hi<answer>');
    expect(chat.tokens.map(({ text }) => text).join('')).toBe(chat.text);
  });
});
