/** `plumb replay`, the built program: runs are trained again from what they kept, and a difference is found. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/main/commands/replay.ts';
import { document, failure, onlyDocument, plumb, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-replay-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);

const SAMPLING = { task: 'helpful', max_steps: 3, per_device_train_batch_size: 4, eval_steps: 2, learning_rate: 5e-4 };

async function trained(method: string, changes: Record<string, unknown>): Promise<{ run: string; output_dir: string }> {
  const path = join(folder, `${method}.json`);
  writeFileSync(path, JSON.stringify({ method, model: 'helpful-reference', ...changes }));
  return call('train', path);
}

describe('replay', { timeout: 120_000 }, () => {
  it.each(['ppo', 'rloo', 'online_dpo'])(
    '%s: from its rollouts the same metrics and weights come out',
    async (method) => {
      const { run, output_dir } = await trained(method, SAMPLING);
      const replayed = await call<ReplayDocument>('replay', run);
      expect(replayed).toMatchObject({ run, replay: `${run}-replay-01`, agrees: true, tolerance: 0 });
      expect(replayed.rollouts?.startsWith(output_dir)).toBe(true);
      expect(replayed.metrics.same.length).toBeGreaterThan(20);
      expect(replayed.weights.map(({ file }) => file)).toEqual(
        method === 'ppo' ? ['model.safetensors', 'value_model/model.safetensors'] : ['model.safetensors'],
      );
      // other numbers than the run's own are found: a score that somebody changed
      const lines = readFileSync(replayed.rollouts as string, 'utf8')
        .trimEnd()
        .split('\n');
      const changed = lines.map((line, i) => (i === 0 ? otherLabel(line) : line));
      writeFileSync(replayed.rollouts as string, `${changed.join('\n')}\n`);
      const { code, out } = await plumb('replay', run, '--home', home, '--quiet', '--json', '-');
      expect(code).toBe(1);
      const second = onlyDocument(out) as ReplayDocument;
      expect(second.agrees).toBe(false);
      expect(second.metrics.different[0].first_step).toBe(1);
      expect(second.weights[0].different.length).toBeGreaterThan(0);
      expect(second.weights[0].largest_difference).toBeGreaterThan(0);
    },
  );

  it('a method that samples nothing is trained again from the version it was made with', async () => {
    const file = join(folder, 'pairs.jsonl');
    const rows = ['a', 'b', 'c'].map((prompt) => ({ prompt, chosen: ' sure .', rejected: ' no .' }));
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await call('import', file, '--name', 'wished');
    const { run } = await trained('dpo', { dataset: 'wished', num_train_epochs: 2, per_device_train_batch_size: 1 });
    // a newer version under the same name changes nothing
    writeFileSync(file, `${JSON.stringify({ ...rows[0], chosen: ' other .' })}\n`);
    await call('import', file, '--name', 'wished');
    const out = join(folder, 'again');
    const replayed = await call<ReplayDocument>('replay', run, '--out', out, '--name', 'second');
    expect(replayed).toMatchObject({ replay: 'second', output_dir: out, rollouts: null, agrees: true });
    expect(replayed.metrics.steps).toBe(6);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    const full = await failure(3, 'replay', run, '--out', out, '--home', home);
    expect(full.message).toContain(`${out} exists already; a new or an empty folder was expected`);
    const loose = join(folder, 'loose');
    mkdirSync(loose);
    writeFileSync(join(loose, 'notes.txt'), 'mine');
    expect((await failure(3, 'replay', run, '--out', loose, '--home', home)).message).toContain('empty folder');
    expect(readdirSync(loose)).toEqual(['notes.txt']);
  });

  it('of a version that was removed, the rows that the run kept serve; without them it is named', async () => {
    const file = join(folder, 'leaving.jsonl');
    writeFileSync(file, `${JSON.stringify({ prompt: 'a', chosen: ' sure .', rejected: ' no .' })}\n`);
    await call('import', file, '--name', 'leaving');
    const { run, output_dir } = await trained('dpo', { dataset: 'leaving', max_steps: 2 });
    await call('datasets', 'remove', 'leaving', '--even-if-used');
    expect(await call<ReplayDocument>('replay', run)).toMatchObject({ run, agrees: true });
    rmSync(join(output_dir, 'data'), { recursive: true });
    const gone = await failure(3, 'replay', run, '--home', home);
    expect(gone.message).toMatch(
      new RegExp(`${run} was made with leaving@1 \\(content [0-9a-f]{12}\\), which was removed`),
    );
  });

  it('files that changed or went since are named, and nothing is trained', async () => {
    const file = join(folder, 'moving.jsonl');
    const text = `${JSON.stringify({ prompt: 'a', chosen: ' sure .', rejected: ' no .' })}\n`;
    writeFileSync(file, text);
    const base = await trained('rloo', { ...SAMPLING, max_steps: 1, output_dir: 'base' });
    const { run, output_dir } = await trained('dpo', { model: 'base', dataset: 'moving.jsonl', max_steps: 2 });
    expect(await call<ReplayDocument>('replay', run)).toMatchObject({ agrees: true });
    const runs = async () => (await call<{ runs: unknown[] }>('runs', 'list')).runs.length;
    const before = await runs();
    writeFileSync(file, text.replace('sure', 'good'));
    const weights = join(base.output_dir, 'model.safetensors');
    renameSync(weights, `${weights}.away`);
    const refused = await failure(3, 'replay', run, '--home', home);
    const changes = [
      expect.stringMatching(/^model "base": .*base\/model\.safetensors is missing$/),
      expect.stringMatching(
        /^dataset "moving\.jsonl": .* has other bytes than were read \(sha256 [0-9a-f]{12}, now [0-9a-f]{12}\)$/,
      ),
    ];
    expect(refused.details?.changes).toEqual(changes);
    expect(refused.message).toContain(`${run} cannot be replayed: model "base"`);
    expect(await runs()).toBe(before);
    writeFileSync(file, text);
    renameSync(`${weights}.away`, weights);
    writeFileSync(join(output_dir, 'inputs.json'), '{"inputs": 1}');
    expect((await failure(3, 'replay', run, '--home', home)).message).toContain(
      'inputs.json: expected the inputs of a run',
    );
  });

  it('a run that was stopped is to be finished first', async () => {
    const path = join(folder, 'long.json');
    const long = { method: 'rloo', model: 'helpful-reference', ...SAMPLING, max_steps: 5000, output_dir: 'long' };
    writeFileSync(path, JSON.stringify(long));
    const { child, ended } = start(['train', path, '--home', home, '--quiet']);
    await expect.poll(() => existsSync(join(folder, 'long', 'rollouts.jsonl')), { timeout: 30_000 }).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const [stopped] = (await call<{ runs: { name: string; status: string }[] }>('runs', 'list')).runs.filter(
      ({ status }) => status === 'stopped',
    );
    const refused = await failure(2, 'replay', stopped.name, '--home', home);
    expect(refused.message).toContain(`is stopped: only a finished run is replayed; plumb runs resume ${stopped.name}`);
  });

  it('says why a run cannot be replayed', async () => {
    expect((await failure(3, 'replay', 'nobody', '--home', home)).message).toContain('there is no run "nobody"');
    const { run, output_dir } = await trained('rloo', SAMPLING);
    const own = await failure(2, 'replay', run, '--out', output_dir, '--home', home);
    expect(own.message).toContain(`is the folder of ${run} itself`);
    expect((await failure(2, 'replay', run, '--tolerance', '-1', '--home', home)).message).toContain('tolerance');
    writeFileSync(join(output_dir, 'rollouts.jsonl'), '{"query_ids":[1]}\n');
    const broken = await failure(3, 'replay', run, '--home', home);
    expect(broken.message).toContain('rollouts.jsonl:1: "response_ids"');
    rmSync(join(output_dir, 'rollouts.jsonl'));
    expect((await failure(3, 'replay', run, '--home', home)).message).toContain('the file is gone');
  });
});

/** A rollout with another score, or a pair with its label turned. */
function otherLabel(line: string): string {
  const row = JSON.parse(line) as Record<string, unknown>;
  if (typeof row.score === 'number') return JSON.stringify({ ...row, score: row.score + 3 });
  return JSON.stringify({ ...row, label: row.label === 'first' ? 'second' : 'first' });
}
