/** `plumb quickstart` with small numbers, the built program: every stage, stopped in the middle and taken up again. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { document, failure, onlyDocument, plumb, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-quickstart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL =
  '--demonstrations 64 --sft-steps 12 --pairs 40 --reward-steps 4 --dpo-steps 4 --ppo-steps 2 --prompts 12'.split(' ');

interface Document {
  readonly group: string;
  readonly status: string;
  readonly run?: { readonly method: string };
  readonly comparison: Record<string, unknown>;
  readonly comparisons: { readonly a: string; readonly b: string; readonly n: number }[];
  readonly models: { readonly name: string; readonly kl: number; readonly gold: number; readonly labels: number }[];
  readonly stages: { readonly method: string; readonly run: string; readonly cpu_seconds: number }[];
  readonly samples: { readonly answers: unknown[] }[];
  readonly report: string;
}
const METHODS = ['task_start', 'sft', 'task_pairs', 'reward', 'dpo', 'online_dpo', 'ppo', 'rloo', 'task_compare'];
const [OFFLINE, REFERENCE, ONLINE, PPO, RLOO] = ['offline-dpo', 'sft', 'online-dpo', 'ppo', 'rloo'].map(
  (name) => `${name}-helpful-01`,
);

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
    expect(done.models.map(({ name }) => name)).toEqual([OFFLINE, REFERENCE, ONLINE, PPO, RLOO]);
    expect(done.comparisons.map(({ a, b }) => [a, b])).toEqual([
      ...[OFFLINE, ONLINE, PPO, RLOO].map((name) => [name, REFERENCE]),
      ...[ONLINE, PPO, RLOO].map((name) => [name, OFFLINE]),
    ]);
    // offline DPO, PPO and RLOO share the rater's pairs; online DPO asks anew, 32 pairs a step
    const labels = Object.fromEntries(done.models.map((model) => [model.name, model.labels]));
    expect(labels).toMatchObject({ [REFERENCE]: 0, [PPO]: labels[OFFLINE], [RLOO]: labels[OFFLINE] });
    expect(labels[OFFLINE]).toBeGreaterThan(30);
    expect(labels[ONLINE]).toBeLessThanOrEqual(4 * 32);
    expect(done.samples.map(({ answers }) => answers.length)).toEqual(new Array(6).fill(5));
    expect(done.stages.every(({ cpu_seconds }) => cpu_seconds > 0)).toBe(true);
    const { models } = await document<{ models: { model: string; parent: string }[] }>(
      'models',
      'list',
      '--home',
      home,
    );
    const parents = Object.fromEntries(models.map(({ model, parent }) => [model, parent]));
    const start = 'start-helpful-01';
    expect(parents).toEqual({
      [start]: null,
      [REFERENCE]: start,
      'reward-helpful-01': REFERENCE,
      [OFFLINE]: REFERENCE,
      [ONLINE]: REFERENCE,
      [PPO]: REFERENCE,
      [RLOO]: REFERENCE,
    });
    const { datasets } = await document<{ datasets: { dataset: string }[] }>('datasets', '--home', home);
    expect(datasets.map(({ dataset }) => dataset).sort()).toEqual([
      'helpful-demos',
      'helpful-sim',
      'helpful-sim-held-out',
    ]);
    const { runs } = await document<{ runs: { group: string; status: string }[] }>('runs', '--home', home);
    expect(runs.map(({ group, status }) => [group, status])).toEqual(METHODS.map(() => [done.group, 'finished']));

    // the report stands beside the comparison, and can be written again from the workspace
    expect(done.report).toBe(join(home, 'runs', 'compare-helpful-01', 'report.html'));
    const again = join(folder, 'again.html');
    const shown = await document<Document>('quickstart', '--show', '--report', again, '--home', home);
    expect(shown).toEqual({ ...done, report: again });
    const html = readFileSync(again, 'utf8');
    expect(html).toBe(readFileSync(done.report, 'utf8'));
    for (const { name } of done.models) expect(html).toContain(name);
    expect((await plumb('quickstart', '--show', '--home', home)).out).toContain('loses to offline DPO here'.slice(9));
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
