/** The lab's calls by a real host and a real job: every number against the exact answers of `evaluate`, kept runs, another world, a stop. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { promptIds } from '../../src/main/data/batches.ts';
import { exactOptimum, normalised, oodMass, policyGap } from '../../src/main/evaluate/exact-optimum.ts';
import { legalTokens, listResponseDistribution } from '../../src/main/evaluate/response-tree.ts';
import { POINTS, RESPONSES, responseRewards, responseText } from '../../src/main/tasks/enumerable.ts';
import { readLab } from '../../src/main/train/lab/record.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import type { LabRun, LabView, ScaleRun } from '../../src/preload/contract/lab.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

const REFERENCE = join(import.meta.dirname, '../../resources/models/enumerable-reference');
const SMALL = { prompts: 2, pairs: 4, steps: 6, methods: ['dpo', 'exact', 'rloo'] };
const WAIT = { timeout: 120_000, interval: 100 };

const callOf =
  (test: TestHost) =>
  (name: string, input: unknown = {}) =>
    test.connection.call(name, input);
const statusOf = async (test: TestHost, id: string) =>
  ((await callOf(test)('lab.runs')) as LabRun[]).find((run) => run.id === id)?.status;

/** What the reference says of the prompt, computed here. */
async function referenceOf(prompt: string): Promise<Float64Array> {
  const { model, tokenizer } = loadModel(REFERENCE);
  const ids = [promptIds(tokenizer, prompt)];
  const [logs] = await listResponseDistribution(model, ids, legalTokens(tokenizer), { threads: 1 });
  return normalised(logs);
}

describe('a run of the lab', () => {
  let test: TestHost;
  let id = '';
  const view = async (input: Record<string, unknown> = {}) =>
    (await callOf(test)('lab.view', { id, prompt: 1, pair: 2, ...input })) as LabView;
  beforeAll(async () => {
    test = openTestHost({ worker: REAL_WORKER });
    ({ id } = (await callOf(test)('lab.start', SMALL)) as { id: string });
    await vi.waitFor(async () => expect(await statusOf(test, id)).toBe('finished'), WAIT);
  }, 150_000);
  afterAll(() => test.close());

  it('shows the optimum that `evaluate` computes from the reference', async () => {
    const { prompts, exact, reference, optimum, chosen, rejected, world } = await view();
    const logs = await referenceOf(prompts[1]);
    const rewards = responseRewards(prompts[1]);
    const found = exactOptimum(logs, rewards, world.beta);
    expect(world).toEqual({ beta: 0.5, scale: 1, points: POINTS });
    expect(exact.logZ).toBeCloseTo(found.logZ, 6);
    expect(exact.Z).toBeCloseTo(found.Z, 4);
    expect(exact.JStar).toBeCloseTo(found.J_star, 6);
    expect(exact.JStar).toBeCloseTo(world.beta * exact.logZ, 12);
    expect(exact.klStar).toBeCloseTo(found.kl_star_ref, 6);
    expect(reference.J).toBeCloseTo(found.mean_reward_ref, 6);
    expect(reference.gap).toBeCloseTo(world.beta * found.kl_ref_star, 6);
    expect(optimum.gap).toBeCloseTo(0, 9);
    expect(reference.outside).toBeCloseTo(oodMass(logs, logs), 6);
    for (const side of [chosen, rejected]) {
      const answer = RESPONSES.findIndex((response) => responseText(response) === side.text);
      expect(side.reward).toBe(rewards[answer]);
      expect(side.logReference).toBeCloseTo(logs[answer], 5);
      expect(side.logOptimum).toBeCloseTo(Math.log(found.pi_star[answer]), 5);
      expect(side.rewardFromOptimum).toBeCloseTo(side.reward, 10);
    }
  });

  it('shows at every look what `evaluate` says of the kept policy; the start is the reference and DPO’s loss there ln 2', async () => {
    const { methods, prompts, reference, world, chosen, rejected } = await view();
    expect(methods.map(({ method }) => method)).toEqual(SMALL.methods);
    const record = readLab(join(test.workspace.runs, 'lab-01'));
    const rewards = responseRewards(prompts[1]);
    for (const { method, looks } of methods) {
      expect(looks.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(looks[0].pair.loss).toBeCloseTo(Math.LN2, 12);
      expect(looks[0].mass).toEqual(reference.mass);
      const policies = record?.looksOf(method, 1) ?? [];
      for (const [i, look] of looks.entries()) {
        const gap = policyGap(policies[i], policies[0], rewards, world.beta);
        expect(look).toMatchObject({ J: gap.J, gap: gap.gap, betaKl: gap.beta_kl_policy_star, outside: gap.ood_mass });
        expect(Math.abs(look.gap - look.betaKl)).toBeLessThan(1e-9);
        expect(look.mass.chosen + look.mass.rejected + look.mass.elsewhere).toBeCloseTo(1, 12);
        // the pocket calculator's way
        const { pair } = look;
        expect(pair.rewardChosen).toBeCloseTo(world.beta * (pair.logChosen - chosen.logReference), 12);
        expect(pair.rewardRejected).toBeCloseTo(world.beta * (pair.logRejected - rejected.logReference), 12);
        expect(pair.sigma).toBeCloseTo(1 / (1 + Math.exp(-pair.margin)), 12);
        expect(pair.loss).toBeCloseTo(-Math.log(pair.sigma), 12);
      }
      if (method === 'exact') expect(looks[6].gap).toBeLessThan(looks[0].gap);
    }
    const dpo = methods[0].looks;
    expect(dpo[6].pair.margin).toBeGreaterThan(0.01);
    expect(dpo[6].mass.rejected).toBeLessThan(dpo[0].mass.rejected);
  });

  it('lists answers with their probabilities at each look, and says where each stands in the pairs', async () => {
    const { table, methods, pairs, reference } = await view();
    const places = new Map(table.map((row) => [row.text, row.place]));
    for (const pair of pairs) for (const text of [pair.chosen, pair.rejected]) expect(places.get(text)).toBeDefined();
    const share = (place: string) =>
      table.filter((row) => row.place === place).reduce((total, row) => total + row.reference, 0);
    expect(share('chosen')).toBeCloseTo(reference.mass.chosen, 9);
    expect(share('rejected')).toBeCloseTo(reference.mass.rejected, 9);
    for (const row of table) expect(row.methods.map((each) => each.length)).toEqual(methods.map(() => 7));
  });

  it('moves π* with another β and another reward, and leaves the policies as they were trained', async () => {
    const own = await view();
    const points = { ...POINTS, firstRight: 0, fourth: 1 };
    const world = { beta: 0.2, scale: 2, points };
    const other = await view({ world });
    const rewards = responseRewards(other.prompts[1], points).map((reward) => 2 * reward);
    const found = exactOptimum(await referenceOf(other.prompts[1]), rewards, 0.2);
    expect(other.world).toEqual(world);
    expect(other.exact.logZ).toBeCloseTo(found.logZ, 5);
    expect(other.optimum.gap).toBeCloseTo(0, 9);
    expect(other.methods[0].looks[6].mass).toEqual(own.methods[0].looks[6].mass);
    expect(other.methods[0].looks[6].kl).toBe(own.methods[0].looks[6].kl);
    expect(other.methods[0].looks[6].J).not.toBe(own.methods[0].looks[6].J);
    expect(Math.abs(other.methods[0].looks[6].gap - other.methods[0].looks[6].betaKl)).toBeLessThan(1e-9);
  });

  it('refuses what is not there', async () => {
    await expect(view({ prompt: 2 })).rejects.toThrow(/2 prompts with 4/);
    await expect(view({ pair: 4 })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(view({ world: { beta: 0 } })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(callOf(test)('lab.view', { id: 'gone', prompt: 0, pair: 0 })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(callOf(test)('lab.start', { methods: ['ppp'] })).rejects.toThrow(/ppp/);
  });

  it('shows the same when another program opens the workspace, and the same seed trains the same', async () => {
    const first = await view();
    const copy = mkdtempSync(join(tmpdir(), 'plumb-lab-copy-'));
    rmSync(copy, { recursive: true });
    cpSync(test.workspace.home, copy, { recursive: true });
    const again = openTestHost({ worker: REAL_WORKER, home: copy });
    try {
      // paths of runs are the first workspace's, where the folders still are
      expect(await callOf(again)('lab.view', { id, prompt: 1, pair: 2 })).toEqual(first);
    } finally {
      await again.close();
    }
    const { id: second } = (await callOf(test)('lab.start', SMALL)) as { id: string };
    await expect.poll(() => statusOf(test, second), WAIT).toBe('finished');
    const repeated = (await callOf(test)('lab.view', { id: second, prompt: 1, pair: 2 })) as LabView;
    expect(repeated.methods).toEqual(first.methods);
  }, 150_000);
});

describe('a run that is stopped', () => {
  it('ends soon and keeps what it looked at', async () => {
    const test = openTestHost({ worker: REAL_WORKER });
    try {
      const call = callOf(test);
      const options = { methods: ['exact', 'ppo'], prompts: 2, pairs: 2, steps: 2000 };
      const { id } = (await call('lab.start', options)) as { id: string };
      const looks = async () =>
        ((await call('lab.view', { id, prompt: 0, pair: 0 })) as LabView | null)?.methods[0].looks.length ?? 0;
      await expect.poll(looks, WAIT).toBeGreaterThan(1);
      await call('runs.stop', { id });
      await expect.poll(() => statusOf(test, id), { timeout: 20_000 }).toBe('stopped');
      const kept = await looks();
      expect(kept).toBeGreaterThan(1);
      expect(kept).toBeLessThan(31);
    } finally {
      await test.close();
    }
  }, 150_000);
});

describe('Razin’s example', () => {
  it('is played in a job once and kept: "yes" rises while "never" falls, and online DPO takes it back', async () => {
    const test = openTestHost({ worker: REAL_WORKER });
    try {
      const call = callOf(test);
      expect(await call('lab.scale')).toBeNull();
      const { id } = (await call('lab.startScale')) as { id: string };
      const scale = async () => (await call('lab.scale')) as ScaleRun;
      await expect.poll(async () => (await scale()).status, WAIT).toBe('finished');
      const { offline, online } = await scale();
      const [before, after] = [offline[0], offline[offline.length - 1]].map((look) => look.probabilities);
      expect(after.yes).toBeGreaterThan(3 * before.yes);
      expect(after.never).toBeLessThan(0.1 * before.never);
      expect(online[online.length - 1].probabilities.yes).toBeLessThan(after.yes);
      for (const { probabilities } of [...offline, ...online])
        expect(Object.values(probabilities).reduce((sum, p) => sum + p, 0)).toBeLessThanOrEqual(1 + 1e-6);
      await expect.poll(async () => ((await call('runs.get', { id })) as LabRun).status, WAIT).toBe('finished');
      await call('runs.remove', { id });
      expect((await scale()).offline).toEqual(offline);
    } finally {
      await test.close();
    }
  }, 150_000);
});
