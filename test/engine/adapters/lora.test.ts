/** LoRA adapters against PEFT's numbers, against finite differences, and what is refused by name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { padBatch } from '../../../src/main/data/batches.ts';
import {
  mergeAdapter,
  withFreshAdapter,
  withoutAdapter,
  withSavedAdapter,
} from '../../../src/main/engine/adapters/lora.ts';
import { type LoraConfig, readLoraConfig } from '../../../src/main/engine/adapters/lora-config.ts';
import { namesMatching } from '../../../src/main/engine/adapters/name-patterns.ts';
import { linearModules, targetModules } from '../../../src/main/engine/adapters/target-modules.ts';
import type { Tensor } from '../../../src/main/engine/graph/value.ts';
import {
  cloneLanguageModel,
  initLanguageModel,
  type LanguageModel,
  trainable,
  weightFeeds,
} from '../../../src/main/engine/models/language-model.ts';
import { float32, Session } from '../../../src/main/engine/runtime/session.ts';
import { createRewardScorer } from '../../../src/main/evaluate/reward-scoring.ts';
import { createScorer } from '../../../src/main/evaluate/scoring.ts';
import { loadModel } from '../../../src/main/train/load-model.ts';
import { batchFeeds, buildStepGraph, gradientName } from '../../../src/main/train/step-graph.ts';
import { TINY_LLAMA } from '../../fixtures/tiny-llama.ts';
import { expectGradient } from '../ops/finite-differences.ts';

const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

interface Golden {
  prompts: { input_ids: number[]; next_token_logps?: number[]; last_logits?: number[]; score?: number }[];
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** Largest distance of log-probabilities and last logits from the recorded ones. */
async function distance(model: LanguageModel, prompts: Golden['prompts']): Promise<number> {
  const sequences = prompts.map((p) => p.input_ids);
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 32, threads: 1 });
  try {
    const logps = await scorer.score(sequences);
    const last = await scorer.lastLogits(sequences);
    const off = (found: ArrayLike<number>, expected: readonly number[] = []) =>
      expected.map((x, i) => Math.abs(x - found[i]));
    return Math.max(
      ...prompts.flatMap((p, i) => [...off(logps[i], p.next_token_logps), ...off(last[i], p.last_logits)]),
    );
  } finally {
    await scorer.close();
  }
}

const CONFIG: LoraConfig = {
  rank: 3,
  alpha: 5,
  dropout: 0,
  rankStabilised: false,
  targets: 'all-linear',
  excluded: [],
  layers: null,
  layersPattern: [],
  rankPattern: {},
  alphaPattern: {},
  modulesToSave: [],
  task: 'CAUSAL_LM',
};

/** A fresh adapter whose B is not 0. */
function busyAdapter(base: LanguageModel, config: Partial<LoraConfig> = {}): LanguageModel {
  const model = withFreshAdapter(base, { ...CONFIG, ...config }, 3);
  const random = createRandom(9);
  for (const [name, data] of model.adapter?.weights ?? [])
    if (name.includes('lora_B')) for (let i = 0; i < data.length; i++) data[i] = 0.3 * random.normal();
  return model;
}

describe("PEFT's numbers", () => {
  it.each(readdirSync(join(golden, 'adapters')).filter((name) => !name.includes('.')))(
    '%s: folder opened by itself, its base beside it',
    async (name) => {
      const folder = join(golden, 'adapters', name);
      const { prompts } = read(join(folder, 'expected.json')) as Golden;
      // some bases come without a tokenizer; ids are given
      const tokenizer = join(golden, 'models/llama/tokenizer.json');
      const { model } = loadModel(folder, { head: 'any', tokenizer });
      const merged = mergeAdapter(model);
      if (model.head === 'score') {
        for (const each of [model, merged]) {
          const scorer = await createRewardScorer(each, { weights: 'frozen', maxPositions: 32, threads: 1 });
          const scores = await scorer.scores(prompts.map((p) => p.input_ids));
          await scorer.close();
          prompts.forEach((p, i) => {
            expect(scores[i]).toBeCloseTo(Number(p.score), 5);
          });
        }
        return;
      }
      expect(await distance(model, prompts)).toBeLessThan(1e-5);
      expect(await distance(merged, prompts)).toBeLessThan(1e-5);
      expect(await distance(withoutAdapter(model), prompts)).toBeGreaterThan(1e-2);
    },
  );

  it.each(['llama-lora', 'llama-lora-rs'])('%s: adapter on, off and merged', async (name) => {
    const { prompts } = read(join(golden, 'models', name, 'expected.json')) as {
      prompts: (Golden['prompts'][number] & Record<'base' | 'adapter' | 'merged', Golden['prompts'][number]>)[];
    };
    const of = (part: 'base' | 'adapter' | 'merged') => prompts.map((p) => ({ ...p[part], input_ids: p.input_ids }));
    const { model } = loadModel(join(golden, 'models/llama'), { adapter: join(golden, 'models', name) });
    expect(await distance(model, of('adapter'))).toBeLessThan(1e-5);
    expect(await distance(withoutAdapter(model), of('base'))).toBeLessThan(1e-5);
    expect(await distance(mergeAdapter(model), of('merged'))).toBeLessThan(1e-5);
  });
});

describe('one side of a matrix that embedding and head share', () => {
  const tied = initLanguageModel({ ...TINY_LLAMA, tie_word_embeddings: true }, 5);

  it('is another matrix from there on; an adapter elsewhere leaves it one', () => {
    for (const config of [
      { modulesToSave: ['lm_head'] },
      { modulesToSave: ['embed_tokens'] },
      { targets: ['lm_head'] },
    ])
      expect(withFreshAdapter(tied, { ...CONFIG, ...config }, 3).config.tiedHead, JSON.stringify(config)).toBe(false);
    expect(withFreshAdapter(tied, CONFIG, 3).config.tiedHead).toBe(true);
  });

  it('is refused where PEFT would keep both alike', () => {
    const config = { ...CONFIG, modulesToSave: ['lm_head'], keepsTied: true };
    expect(() => withFreshAdapter(tied, config, 3)).toThrow(/"ensure_weight_tying" with an adapter on .*one matrix/);
  });
});

describe('a fresh adapter', () => {
  const base = initLanguageModel(TINY_LLAMA, 5);
  const sequences = [{ input_ids: [2, 5, 3, 7, 1] }];

  it('changes nothing: not one bit of a log-probability', async () => {
    const scored = async (model: LanguageModel) => {
      const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 8, threads: 1 });
      const found = await scorer.score(sequences.map((s) => s.input_ids));
      await scorer.close();
      return found;
    };
    expect(await scored(withFreshAdapter(base, CONFIG, 1))).toEqual(await scored(base));
  });

  it('starts as PEFT does: A uniform within 1/√in (variance 1/(3 in)), B 0; the same bits for the same seed', () => {
    const wide = initLanguageModel({ ...TINY_LLAMA, hidden_size: 128 }, 1);
    const a = (seed: number) =>
      withFreshAdapter(wide, { ...CONFIG, rank: 64 }, seed).adapter?.weights.get(
        'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
      ) ?? new Float32Array();
    const values = a(1);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(128));
    expect(variance * 3 * 128).toBeGreaterThan(0.95);
    expect(variance * 3 * 128).toBeLessThan(1.05);
    expect(a(1)).toEqual(values);
    expect(a(2)).not.toEqual(values);
  });

  it('shares the frozen arrays, also in a clone, whose adapter is its own', () => {
    const model = withFreshAdapter(base, CONFIG, 1);
    const copy = cloneLanguageModel(model);
    expect(copy.weights).toBe(base.weights);
    const [name] = model.adapter?.weights.keys() ?? [];
    expect(copy.adapter?.weights.get(name)).toEqual(model.adapter?.weights.get(name));
    expect(copy.adapter?.weights.get(name)).not.toBe(model.adapter?.weights.get(name));
  });
});

describe('gradients', () => {
  const ROWS = [
    { ids: [2, 5, 3, 7, 1], start: 2 },
    { ids: [4, 4, 9], start: 1 },
  ];
  const upstream = Float32Array.from({ length: 5 }, (_, i) => (i % 2 === 0 ? 1 : -0.5) * (1 + i / 4));
  const lossOf = ({ logp }: Record<string, Tensor>): number =>
    upstream.reduce((sum, w, i) => sum + w * Number(logp.data[i]), 0);

  it.each([
    ['every matrix, rsLoRA', { rankStabilised: true }],
    ['two matrices and a head trained whole', { targets: ['q_proj', 'down_proj'], modulesToSave: ['lm_head'] }],
  ] as const)('of %s equal finite differences; the frozen weights have none', async (_name, config) => {
    const model = busyAdapter(initLanguageModel({ ...TINY_LLAMA, tie_word_embeddings: false }, 5), config);
    const batch = padBatch(ROWS, 0);
    const graph = buildStepGraph(model, 8, (g, { logp }) =>
      g.reduceSum(g.mul(g.input('upstream', 'float32', ['M']), logp)),
    );
    const session = await Session.create(graph, { threads: 1 });
    const run = () =>
      session.run({ ...weightFeeds(model), ...batchFeeds(batch), upstream: float32([upstream.length], upstream) });
    try {
      const first = await run();
      const trained = trainable(model);
      expect(graph.outputs.filter(({ name }) => name.startsWith('d:')).map(({ name }) => name)).toEqual(
        trained.specs.map(({ name }) => gradientName(name)),
      );
      for (const { name, shape } of trained.specs) {
        const data = trained.weights.get(name) ?? new Float32Array();
        const tolerance = { step: 2 ** -8, absolute: 4e-3, relative: 4e-3 };
        await expectGradient(
          async () => lossOf(await run()),
          { dtype: 'float32', shape, data },
          first[gradientName(name)],
          tolerance,
          name,
        );
      }
    } finally {
      await session.close();
    }
  });
});

describe('targets', () => {
  const model = initLanguageModel({ ...TINY_LLAMA, tie_word_embeddings: false }, 5);
  const names = (config: Partial<LoraConfig>) => targetModules(model, { ...CONFIG, ...config }).map(({ name }) => name);

  it('all-linear is every matrix but embedding and head', () => {
    expect(new Set(names({}).map((name) => name.split('.').at(-1)))).toEqual(
      new Set(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
    );
    expect(linearModules(model).map(({ name }) => name)).toContain('lm_head');
  });

  it('names match ends of names, patterns whole names', () => {
    expect(names({ targets: ['q_proj'], layers: [0] })).toEqual(['model.layers.0.self_attn.q_proj']);
    expect(names({ targets: '.*0.*_proj', excluded: ['mlp.up_proj', 'q_proj', 'k_proj', 'v_proj'] })).toEqual([
      'model.layers.0.self_attn.o_proj',
      'model.layers.0.mlp.gate_proj',
      'model.layers.0.mlp.down_proj',
    ]);
    expect(() => names({ targets: 'q_proj' })).toThrow('match no module of this Llama model; it has q_proj, k_proj');
    expect(() => names({ targets: ['query'] })).toThrow('["query"] match no module');
    expect(() => names({ targets: ['embed_tokens'] })).toThrow('model.embed_tokens is no linear layer');
  });

  it('a pattern that would run for ever is cut off', () => {
    const started = performance.now();
    expect(() => namesMatching('(a+)+b', [`${'a'.repeat(60)}c`])).toThrow('cannot be used');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(() => namesMatching('(', ['a'])).toThrow('"(" cannot be used');
  });
});

describe('what cannot be computed is refused by name', () => {
  const lora = { peft_type: 'LORA', r: 2, target_modules: ['q_proj'] };

  it.each([
    [{ peft_type: 'IA3' }, 'peft_type "IA3"; only LORA'],
    [{ use_dora: true }, 'DoRA ("use_dora")'],
    [{ bias: 'all' }, 'bias "all"'],
    [{ lora_bias: true }, 'a bias on B'],
    [{ init_lora_weights: 'pissa' }, 'init_lora_weights "pissa" changes the base model'],
    [{ trainable_token_indices: [1] }, 'trainable tokens'],
    [{ target_parameters: ['mlp.experts'] }, 'adapters on bare parameters'],
    [{ use_something_new: true }, 'a setting unknown here ("use_something_new")'],
    [{ r: 0 }, '"r" must be a whole number'],
    [{ rank_pattern: { q_proj: 'x' } }, '"rank_pattern" must be an object'],
    [{ task_type: 'SEQ_2_SEQ_LM' }, '"task_type" must be "CAUSAL_LM" or "SEQ_CLS"'],
  ])('%j', (changes, message) => {
    expect(() => readLoraConfig({ ...lora, ...changes })).toThrow(message);
  });

  it('tensors that do not fit the config are named', () => {
    const base = initLanguageModel(TINY_LLAMA, 5);
    const config = readLoraConfig(lora);
    const { adapter } = withFreshAdapter(base, config, 1);
    const tensors = new Map(adapter?.specs.map(({ name, shape }) => [name, shape]));
    const open = (changed: ReadonlyMap<string, readonly number[]>) =>
      withSavedAdapter(base, config, {
        names: () => [...changed.keys()],
        shape: (name) => changed.get(name) ?? [],
        float32: (name) => new Float32Array((changed.get(name) ?? []).reduce((a, b) => a * b, 1)),
      });
    const a = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight';
    expect(() => open(new Map([...tensors].filter(([name]) => name !== a)))).toThrow(`no tensor "${a}"`);
    expect(() => open(new Map([...tensors, [a, [4, 8]]]))).toThrow(`"${a}" has shape [4, 8]`);
    expect(() => open(new Map([...tensors, ['base_model.model.x.lora_embedding_A', [2, 2]]]))).toThrow(
      'sits on an embedding',
    );
    expect(() => open(new Map([...tensors, ['y.lora_magnitude_vector', [2]]]))).toThrow('belongs to DoRA');
  });
});
