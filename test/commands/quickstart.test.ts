/** `plumb quickstart` with small numbers, the built program: every stage, stopped in the middle and taken up again. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { document, failure, onlyDocument, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-quickstart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = '--demonstrations 64 --sft-steps 12 --pairs 40 --dpo-steps 4 --prompts 12'.split(' ');

interface Document {
  readonly group: string;
  readonly status: string;
  readonly run?: { readonly method: string };
  readonly comparison: Record<string, unknown>;
  readonly models: { readonly name: string; readonly kl: number; readonly gold: number }[];
  readonly stages: { readonly method: string; readonly run: string }[];
}
const METHODS = ['task_start', 'sft', 'task_pairs', 'dpo', 'task_compare'];

describe('quickstart', { timeout: 200_000 }, () => {
  it('goes through its stages; models, data and the comparison are in the workspace', async () => {
    const home = join(folder, 'whole');
    const done = await document<Document>('quickstart', ...SMALL, '--home', home);
    expect(done.stages.map(({ method }) => method)).toEqual(METHODS);
    const [policy, reference] = done.models;
    expect(done.comparison).toMatchObject({ task: 'helpful', a: policy.name, b: reference.name, n: 12, judge: 'gold' });
    expect(done.comparison.meanRewardA).toBe(policy.gold);
    expect(reference.kl).toBe(0);
    expect(Number.isFinite(policy.kl)).toBe(true);
    const { models } = await document<{ models: Record<string, unknown>[] }>('models', 'list', '--home', home);
    expect(models.map(({ model, parent }) => [model, parent])).toEqual([
      ['offline-dpo-helpful-01', 'sft-helpful-01'],
      ['sft-helpful-01', 'start-helpful-01'],
      ['start-helpful-01', null],
    ]);
    const { datasets } = await document<{ datasets: { dataset: string }[] }>('datasets', '--home', home);
    expect(datasets.map(({ dataset }) => dataset).sort()).toEqual([
      'helpful-demos',
      'helpful-sim',
      'helpful-sim-held-out',
    ]);
    const { runs } = await document<{ runs: { group: string; status: string }[] }>('runs', '--home', home);
    expect(runs.map(({ group, status }) => [group, status])).toEqual(METHODS.map(() => [done.group, 'finished']));
    expect((await failure(2, 'quickstart', '--resume', '--home', home)).message).toContain('there is no quickstart');
  });

  it('stopped in a stage says in which, and goes on from its checkpoint', async () => {
    const home = join(folder, 'halves');
    const words = [...SMALL, '--sft-steps', '5000', '--home', home];
    const { child, ended } = start(['quickstart', ...words, '--quiet', '--json', '-']);
    await expect.poll(() => existsSync(join(home, 'runs', 'sft-helpful-01', 'data')), { timeout: 90_000 }).toBe(true);
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(130);
    expect(onlyDocument(out)).toMatchObject({ status: 'stopped', run: { method: 'sft', name: 'sft-helpful-01' } });
    const again = start(['quickstart', '--resume', '--home', home, '--quiet', '--json', '-']);
    const statusOf = async () => {
      const { runs } = await document<{ runs: { method: string; status: string }[] }>('runs', '--home', home);
      return runs.find(({ method }) => method === 'sft')?.status;
    };
    await expect.poll(statusOf, { timeout: 30_000 }).toBe('running');
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(130);
  });

  it('refuses a task it does not know and sizes that are none', async () => {
    const home = join(folder, 'none');
    const unknown = await failure(2, 'quickstart', '--task', 'helpfull', '--home', home);
    expect(unknown.message).toContain('did you mean "helpful"?');
    const size = await failure(2, 'quickstart', '--pairs', 'many', '--home', home);
    expect(size.message).toContain('--pairs must be a whole number');
    expect(existsSync(home)).toBe(false);
  });
});
