/** `plumb train` and `plumb runs`, the built program: every run is recorded, can be stopped from anywhere, and goes on where it ended. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tasks } from '../../src/main/tasks/index.ts';
import { writeTaskModel } from '../../src/main/train/task-model.ts';
import { document, failure, onlyDocument, plumb, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-train-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);

interface Trained {
  readonly run: string;
  readonly status: string;
  readonly steps: { readonly step: number; readonly metrics: Record<string, number> }[];
  readonly evaluations: { readonly step: number }[];
  readonly [key: string]: unknown;
}
interface Shown {
  readonly status: string;
  readonly step: number;
  readonly error: string | null;
  readonly config: Record<string, unknown>;
  readonly checkpoints: { readonly step: number }[];
}
const show = (run: string) => call<Shown>('runs', 'show', run);
const runNames = async () => (await call<{ runs: { name: string }[] }>('runs', 'list')).runs.map(({ name }) => name);

const BASE = {
  method: 'dpo',
  model: 'tiny',
  dataset: 'pairs.jsonl',
  learning_rate: 1e-3,
  per_device_train_batch_size: 2,
  max_length: 64,
  seed: 3,
};

/** Writes a config beside model and data; relative paths stay relative. */
function config(name: string, changes: Record<string, unknown>): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...BASE, output_dir: name, ...changes }));
  return path;
}

/** Starts a long training and waits until it has saved a checkpoint. */
async function startLong(name: string, ...words: string[]) {
  const path = config(name, { max_steps: 100_000, save_steps: 4 });
  const started = start(['train', path, '--home', home, '--quiet', '--json', '-', ...words]);
  const saved = () =>
    existsSync(join(folder, name)) && readdirSync(join(folder, name)).some((n) => /^checkpoint-/.test(n));
  await expect.poll(saved, { timeout: 30_000 }).toBe(true);
  const [run] = await runNames();
  return { ...started, path, run };
}

beforeAll(() => {
  const task = tasks.get('helpful');
  writeTaskModel(join(folder, 'tiny'), task, { hidden: 16, layers: 1, heads: 2, intermediate: 32, seed: 1 });
  const rows = task.prompts('train', 12, 1).map((prompt, i) => ({
    prompt,
    chosen: ' sure ! a cat is active at noon .',
    rejected: ` a cat is ${i % 2 ? 'red' : 'blue'} .`,
  }));
  writeFileSync(join(folder, 'pairs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});

describe('train', { timeout: 150_000 }, () => {
  it('gives the document, and leaves a recorded run, a model with its lineage and nothing else', async () => {
    const trained = await call<Trained>(
      'train',
      config('plain', { max_steps: 4, eval_dataset: 'pairs.jsonl', eval_steps: 2 }),
    );
    expect(trained).toMatchObject({ run: 'dpo-pairs-01', status: 'finished', output_dir: join(folder, 'plain') });
    for (const key of ['seconds', 'tokens_per_second', 'peak_memory_bytes']) expect(trained[key]).toBeGreaterThan(0);
    expect(trained.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(trained.steps[0].metrics.loss).toBeCloseTo(Math.LN2, 5);
    expect(trained.evaluations.map(({ step }) => step)).toEqual([0, 2, 4]);
    const run = await show(trained.run);
    expect(run).toMatchObject({ status: 'finished', step: 4, error: null });
    expect(run.config).toMatchObject({ beta: 0.1, loss_type: 'sigmoid', max_steps: 4 });
    const curve = await call<Trained>('runs', 'metrics', trained.run);
    expect(curve.steps).toEqual(trained.steps);
    const { models } = await call<{ models: Record<string, unknown>[] }>('models', 'list');
    expect(models[0]).toMatchObject({ model: trained.run, origin: trained.run, parent: 'tiny' });
    expect(readdirSync(join(home, 'runs'))).toEqual([]);
  });

  it('takes a model and a dataset version by their names in the workspace', async () => {
    await call('import', join(folder, 'pairs.jsonl'), '--name', 'wished');
    const changes = { model: 'dpo-pairs-01', dataset: 'wished@1', output_dir: undefined, max_steps: 1 };
    const trained = await call<Trained>('train', config('named', changes));
    expect(trained).toMatchObject({ run: 'dpo-wished-1-01', output_dir: join(home, 'runs', 'dpo-wished-1-01') });
  });

  it('a config that cannot be used is refused with its exit code and leaves no run', async () => {
    const before = await runNames();
    const cases = [
      [2, { lerning_rate: 1 }, 'did you mean "learning_rate"?'],
      [2, { method: 'dop' }, 'did you mean "dpo"?'],
      [2, { method: '../x' }, 'unknown method "../x"'],
      [3, { dataset: 'none.jsonl' }, 'there is no dataset "none.jsonl" in the workspace'],
      [3, { model: 'nowhere' }, 'nowhere'],
      [2, { beta: 'much' }, 'beta: expected a number, found "much"'],
      [2, { model: undefined }, 'model: is missing; expected text'],
      [3, { output_dir: 'pairs.jsonl' }, 'the folder cannot be made (there is a file of that name)'],
      [3, { output_dir: '/proc/plumb' }, '/proc/plumb: the folder cannot be made'],
    ] as const;
    for (const [code, changes, message] of cases) {
      const error = await failure(code, 'train', config('bad', changes), '--home', home);
      expect(error.message).toContain(message);
    }
    expect(await runNames()).toEqual(before);
  });
});

describe('a run that ends early', { timeout: 150_000 }, () => {
  it('Ctrl-C saves a checkpoint and ends with 130; resumed, it ends where an uninterrupted one does', async () => {
    const { child, ended, run } = await startLong('interrupted');
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(130);
    expect(onlyDocument(out)).toMatchObject({ run, status: 'stopped' });
    const { step, checkpoints } = await show(run);
    expect(checkpoints.at(-1)?.step).toBe(step);
    expect(existsSync(join(folder, 'interrupted', `checkpoint-${step}`, 'model.safetensors'))).toBe(true);
    const refused = await failure(2, 'train', join(folder, 'interrupted.json'), '--home', home);
    expect(refused.message).toContain('--resume goes on from it, --overwrite starts anew');
    // another end than before is another run
    const other = await failure(1, 'train', config('interrupted', { max_steps: step + 3 }), '--resume', '--home', home);
    expect(other.message).toContain('was made with other options');
  });

  it('a run stopped half way and resumed has the weights of one that was not', async () => {
    // long enough to be stopped, and the first checkpoint stays to be seen
    const changes = { max_steps: 600, save_steps: 50, save_total_limit: 20 };
    await call('train', config('whole', changes));
    const path = config('halves', changes);
    const { child, ended } = start(['train', path, '--home', home, '--quiet']);
    await expect.poll(() => existsSync(join(folder, 'halves', 'checkpoint-50')), { timeout: 30_000 }).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const [run] = await runNames();
    const resumed = await call<Trained>('runs', 'resume', run);
    expect(resumed).toMatchObject({ run, status: 'finished' });
    expect(resumed.steps.at(-1)?.step).toBe(600);
    expect((await call<Trained>('runs', 'metrics', run)).steps.map(({ step }) => step)).toEqual(
      Array.from({ length: 600 }, (_, i) => i + 1),
    );
    const weights = (name: string) => readFileSync(join(folder, name, 'model.safetensors'));
    expect(weights('halves').equals(weights('whole'))).toBe(true);
  });

  it('another terminal stops it', async () => {
    const { ended, run } = await startLong('elsewhere');
    expect(await call('runs', 'stop', run)).toEqual({ run, ended: 'stopped' });
    expect((await ended).code).toBe(130);
    expect((await failure(2, 'runs', 'stop', run, '--home', home)).message).toBe(`${run} is stopped already`);
  });

  it('kill -9 of the program leaves a run that is found, says what to do, and goes on', async () => {
    const { child, ended, run, path } = await startLong('killed');
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    await expect.poll(async () => (await show(run)).status, { timeout: 15_000 }).toBe('failed');
    const { error, checkpoints } = await show(run);
    const last = checkpoints.at(-1)?.step;
    expect(error).toMatch(/^the program ended while this run was at step \d+; resume from the checkpoint of step \d+$/);
    const again = start(['train', path, '--resume', '--home', home, '--quiet', '--json', '-']);
    await expect.poll(async () => (await show(run)).step, { timeout: 30_000 }).toBeGreaterThan(Number(last));
    again.child.kill('SIGINT');
    const { code, out } = await again.ended;
    expect(code).toBe(130);
    expect((onlyDocument(out) as Trained).steps[0].step).toBe(Number(last) + 1);
  });

  it('a second Ctrl-C does not wait', async () => {
    const { child, ended } = await startLong('impatient');
    child.kill('SIGINT');
    child.kill('SIGINT');
    await once(child, 'exit');
    expect((await ended).code).toBe(130);
  });
});

describe('runs', () => {
  it('an empty workspace has none; an unknown name is named', async () => {
    const { out } = await plumb('runs', '--home', join(folder, 'empty'));
    expect(out).toContain('No runs yet');
    expect((await failure(3, 'runs', 'show', 'nobody', '--home', home)).message).toContain('there is no run "nobody"');
  });

  it('removes a run with its models and spares a folder of the user', async () => {
    await call('runs', 'remove', 'dpo-pairs-01');
    expect(await runNames()).not.toContain('dpo-pairs-01');
    expect(existsSync(join(folder, 'plain', 'model.safetensors'))).toBe(true);
    const { models } = await call<{ models: { model: string }[] }>('models', 'list');
    expect(models.map(({ model }) => model)).not.toContain('dpo-pairs-01');
  });
});
