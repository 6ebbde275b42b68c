/** The reward model beyond TRL's runs: analytic start, ties, dropped rows, what is saved, normalisation, evaluation, resume. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mean, standardDeviation } from '../../src/main/base/statistics.ts';
import { writeModelFolder } from '../../src/main/data/checkpoints/huggingface.ts';
import { SCORE_SHIFT, SCORE_WEIGHT, standardiseScores } from '../../src/main/engine/models/score-head.ts';
import { createRewardScorer } from '../../src/main/evaluate/reward-scoring.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import { configOf, curveOf, makeToy, toyPairs, weightsOf } from './toy.ts';

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));
const base = { method: 'reward', shuffle: false };

const logsOf = async (config: Record<string, unknown>): Promise<string> => {
  const said: string[] = [];
  await toy.train({ ...base, max_steps: 1, ...config }, { onEvent: (e) => e.type === 'log' && said.push(e.text) });
  return said.join('\n');
};

async function scoresOf(folder: string, sequences: readonly (readonly number[])[]): Promise<Float64Array> {
  const { model } = loadModel(folder, { head: 'score' });
  const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions: 64, threads: 1 });
  try {
    return await scorer.scores(sequences);
  } finally {
    await scorer.close();
  }
}

const sequences = [
  [5, 9, 12, 7],
  [8, 3, 14],
  [21, 22, 23, 24, 25],
];

describe('reward model', () => {
  it('starts at ln 2 when all scores are equal, and learns to rank what it trains on', async () => {
    const flat = await toy.train({ ...base, learning_rate: 0, max_steps: 1 });
    const folder = flat.output_dir;
    const { model, tokenizer } = loadModel(folder, { head: 'score' });
    const tensors = new Map(
      model.specs.map(({ name, shape }) => {
        const data = model.weights.get(name) ?? new Float32Array();
        return [name, { shape, data: name === SCORE_WEIGHT ? data.map(() => 0) : data }] as const;
      }),
    );
    writeModelFolder(join(toy.folder, 'flat'), { config: configOf(folder), tensors, files: tokenizer.files() });
    const { steps } = await toy.train({ ...base, model: 'flat', learning_rate: 5e-3, max_steps: 30 });
    expect(steps[0].metrics.loss).toBeCloseTo(Math.LN2, 7);
    expect(steps[0].metrics).toMatchObject({ accuracy: 0, margin: 0, mean_reward: 0 });
    expect(steps.at(-1)?.metrics.accuracy).toBe(1);
    expect(steps.at(-1)?.metrics.loss).toBeLessThan(0.3);
  });

  it('saves a sequence classifier that transformers can read and that loads again with the same scores', async () => {
    const { output_dir } = await toy.train({ ...base, max_steps: 2 });
    expect(configOf(output_dir)).toMatchObject({
      architectures: ['LlamaForSequenceClassification'],
      id2label: { 0: 'LABEL_0' },
      pad_token_id: 0,
      dtype: 'float32',
    });
    const names = Object.keys(weightsOf(output_dir));
    expect(names).toContain(SCORE_WEIGHT);
    expect(names).not.toContain('lm_head.weight');
    const again = await toy.train({ ...base, model: output_dir.slice(toy.folder.length + 1), learning_rate: 0 });
    expect(await scoresOf(again.output_dir, sequences)).toEqual(await scoresOf(output_dir, sequences));
  });

  it('never cuts: a pair with a side longer than max_length is dropped and said', async () => {
    const long = toy.write('long.jsonl', [
      ...toyPairs.slice(0, 3),
      { prompt: 'a :', chosen: ' red'.repeat(40), rejected: ' b' },
    ]);
    expect(await logsOf({ dataset: long, max_length: 30 })).toMatch(
      /^1 rows of long.jsonl were dropped; the first is row 4: prompt and answer have \d+ tokens; max_length is 30$/,
    );
  });

  it('a margin shifts the loss of its pair: −log σ(r⁺ − r⁻ − margin)', async () => {
    const [plain, shifted] = [0, 1.5].map((margin) => toy.write(`m${margin}.jsonl`, [{ ...toyPairs[0], margin }]));
    const a = (await toy.train({ ...base, dataset: plain, max_steps: 1 })).steps[0].metrics;
    const b = (await toy.train({ ...base, dataset: shifted, max_steps: 1 })).steps[0].metrics;
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    expect(a.loss).toBeCloseTo(softplus(-Number(a.margin)), 5);
    expect(b.loss).toBeCloseTo(softplus(1.5 - Number(b.margin)), 5);
    const long = JSON.stringify({ ...toyPairs[0], margin: 1.5 }).replace('1.5', '1.50000000000000000000001');
    writeFileSync(join(toy.folder, 'long-margin.jsonl'), long);
    const c = (await toy.train({ ...base, dataset: 'long-margin.jsonl', max_steps: 1 })).steps[0].metrics;
    expect(c.loss).toBe(b.loss);
    const wrong = toy.write('margin.jsonl', [{ ...toyPairs[0], margin: 'much' }]);
    await expect(toy.train({ ...base, dataset: wrong })).rejects.toThrow(
      'margin.jsonl:1: "margin" must be a number, found "much"',
    );
  });

  describe('ties', () => {
    const withTies = () => toy.write('ties.jsonl', [...toyPairs.slice(0, 3), { ...toyPairs[3], tie: true }]);
    it('are dropped by Bradley-Terry, which says what learns from them', async () => {
      expect(await logsOf({ dataset: withTies() })).toContain('the losses rao_kupper or davidson learns from ties');
    });

    it.each(['rao_kupper', 'davidson'])('%s pulls tied answers together', async (loss_type) => {
      const ties = toy.write(
        'only.jsonl',
        toyPairs.slice(0, 4).map((row) => ({ ...row, tie: true })),
      );
      const options = { ...base, loss_type, dataset: ties, learning_rate: 5e-3, max_steps: 25 };
      const { steps } = await toy.train(options);
      const spread = ({ metrics }: (typeof steps)[0]) => Number(metrics.max_reward) - Number(metrics.min_reward);
      expect(spread(steps[24])).toBeLessThan(0.5 * spread(steps[0]));
      expect(steps[24].metrics.loss).toBeLessThan(Number(steps[0].metrics.loss));
      expect(steps[0].metrics).not.toHaveProperty('accuracy');
    });
  });

  it('evaluates calibration and length on held-out pairs, and leaves the curve in a file', async () => {
    const document = await toy.train({ ...base, eval_dataset: 'pairs.jsonl', max_steps: 3 });
    const last = document.evaluations.at(-1)?.metrics ?? {};
    expect(last).toMatchObject({
      eval_accuracy: expect.any(Number),
      'eval_calibration/ece': expect.any(Number),
      'eval_length/accuracy_longer_chosen': expect.any(Number),
      'eval_length/rank_correlation': expect.any(Number),
    });
    expect(last).not.toHaveProperty('eval_length/accuracy_shorter_chosen'); // every chosen answer of these rows is the longer
    const report = JSON.parse(readFileSync(join(document.output_dir, 'reward_report.json'), 'utf8'));
    expect(report).toMatchObject({ pairs: 10, accuracy: last.eval_accuracy, ece: last['eval_calibration/ece'] });
    expect(document).toHaveProperty('reward_report.calibration', report.calibration);
  });

  it('padding changes nothing: pairs of very different length get the same together as alone', async () => {
    const rows = [toyPairs[0], { prompt: 'x :', chosen: ' red'.repeat(20), rejected: ' no' }];
    const evaluate = async (name: string, of: readonly object[]) => {
      const eval_dataset = toy.write(name, of);
      const { evaluations } = await toy.train({ ...base, eval_dataset, learning_rate: 0, max_steps: 1 });
      return evaluations[0].metrics;
    };
    const together = await evaluate('both.jsonl', rows);
    const alone = [await evaluate('first.jsonl', [rows[0]]), await evaluate('second.jsonl', [rows[1]])];
    for (const name of ['eval_loss', 'eval_mean_reward', 'eval_margin'])
      expect(together[name], name).toBeCloseTo(mean(alone.map((metrics) => Number(metrics[name]))), 5);
  });

  it('resumed in the middle it equals the uninterrupted run bit for bit, head and all', async () => {
    const options = { ...base, shuffle: true, max_steps: 6 };
    const whole = await toy.train(options);
    const out = join(toy.folder, 'reward-resumed');
    const first = await toy.train(options, { out, stopAfter: 3 });
    const second = await toy.train(options, { out, resume: true });
    expect([...curveOf(first), ...curveOf(second)]).toEqual(curveOf(whole));
    expect(weightsOf(out)).toEqual(weightsOf(whole.output_dir));
  });
});

describe('normalised rewards', () => {
  it("give the reference's own answers mean 0 and standard deviation 1, and rank as before", async () => {
    const said = await logsOf({ normalize_rewards: true, learning_rate: 1e-3, max_steps: 5 });
    const found = /mean (-?[\d.]+), standard deviation ([\d.]+); now 0 and 1/.exec(said);
    expect(found).not.toBeNull();
    const [centre, spread] = [Number(found?.[1]), Number(found?.[2])];
    const raw = await toy.train({ ...base, learning_rate: 1e-3, max_steps: 5 });
    const normal = await toy.train({ ...base, normalize_rewards: true, learning_rate: 1e-3, max_steps: 5 });
    const before = await scoresOf(raw.output_dir, sequences);
    const after = await scoresOf(normal.output_dir, sequences);
    before.forEach((score, i) => {
      expect(after[i]).toBeCloseTo((score - centre) / spread, 2); // the log names four digits
    });
    expect(configOf(normal.output_dir)).toHaveProperty(SCORE_SHIFT);
  });

  it('standardise exactly, also twice, and also after saving', async () => {
    const { output_dir } = await toy.train({ ...base, max_steps: 1 });
    const { model } = loadModel(output_dir, { head: 'score' });
    const scorerOf = (m: typeof model) => createRewardScorer(m, { weights: 'frozen', maxPositions: 64, threads: 1 });
    let current = model;
    for (let round = 0; round < 2; round++) {
      const before = await (await scorerOf(current)).scores(sequences);
      current = standardiseScores(current, mean(before), standardDeviation(before));
      const scores = await (await scorerOf(current)).scores(sequences);
      expect(mean(scores)).toBeCloseTo(0, 5);
      expect(standardDeviation(scores)).toBeCloseTo(1, 5);
    }
    expect(() => standardiseScores(model, 1, 0)).toThrow('cannot be standardised');
  });

  it('need a language model to sample from', async () => {
    const { output_dir } = await toy.train({ ...base, max_steps: 1 });
    const config = { ...base, model: output_dir.slice(toy.folder.length + 1), normalize_rewards: true };
    await expect(toy.train(config)).rejects.toThrow('gives scores, it has no language head');
    const dataset = toy.write('one-prompt.jsonl', [toyPairs[0], toyPairs[0]]);
    await expect(toy.train({ ...base, dataset, normalize_rewards: true })).rejects.toThrow(
      'normalize_rewards needs at least two different prompts, the dataset has 1',
    );
  });

  it('stay as they are, said aloud, where every answer scores alike', async () => {
    const said = await logsOf({ model: 'flat', normalize_model: 'model', normalize_rewards: true, learning_rate: 0 });
    expect(said).toContain('such scores cannot be normalised and stay as they are');
  });
});
