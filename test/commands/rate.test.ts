/** Online DPO with a person, as separate programs: ratings by file and by keys, a kill −9 one second after one, and a resume that waits for the same pairs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel } from '../train/tiny-model.ts';
import { document, failure, plumb, program, start } from './plumb.ts';

interface Waiting {
  readonly id: number;
  readonly step: number;
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
}
interface Rated {
  readonly run: string;
  readonly rated: number;
  readonly waiting: readonly Waiting[];
}

const STEPS = 3;
const PAIRS = 3;
let folder: string;
const home = () => join(folder, 'home');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-rate-'));
  const colours = ['red', 'green', 'blue'];
  writeTinyModel(
    join(folder, 'model'),
    colours.map((colour) => `name a ${colour} thing : a warm old ball`),
  );
  const prompts = colours.map((colour) => JSON.stringify({ prompt: `name a ${colour} thing :` }));
  writeFileSync(join(folder, 'prompts.jsonl'), prompts.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function config(out: string): string {
  const path = join(folder, `${out}.json`);
  const options = {
    method: 'online_dpo',
    model: 'model',
    dataset: 'prompts.jsonl',
    annotator: 'human',
    per_device_train_batch_size: PAIRS,
    max_steps: STEPS,
    save_strategy: 'steps',
    save_steps: 1,
    temperature: 1,
    response_length: 8,
    max_length: 48,
    learning_rate: 1e-2,
    output_dir: out,
  };
  writeFileSync(path, JSON.stringify(options));
  return path;
}

const waitingOf = (run: string) => document<Rated>('runs', 'rate', run, '--waiting', '--home', home());

/** Pairs of this 1-based step once they wait; fails after a while. */
async function waitFor(run: string, step: number): Promise<readonly Waiting[]> {
  for (let i = 0; i < 100; i++) {
    const names = (await document<{ runs: { name: string }[] }>('runs', 'list', '--home', home())).runs;
    const { waiting } = names.some(({ name }) => name === run) ? await waitingOf(run) : { waiting: [] };
    if (waiting.length > 0 && waiting[0].step === step) return waiting;
    await setTimeout(100);
  }
  throw new Error(`${run} asked nothing at step ${step}`);
}

async function untilFailed(run: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const { status } = await document('runs', 'show', run, '--home', home());
    if (status === 'failed') return;
    await setTimeout(100);
  }
  throw new Error(`${run} was never found to be without its program`);
}

/** A person with one firm taste, so that the same pairs get the same ratings whenever they are shown. */
const taste = ({ id, a, b }: Waiting) => ({ id, verdict: a < b ? 'a' : 'b', quality_a: 4, comment: 'reads better' });

function ratingsFile(ratings: readonly unknown[]): string {
  const path = join(folder, 'ratings.jsonl');
  writeFileSync(path, ratings.map((each) => JSON.stringify(each)).join('\n'));
  return path;
}

const rate = (run: string, waiting: readonly Waiting[]) =>
  document<Rated>('runs', 'rate', run, '--from', ratingsFile(waiting.map(taste)), '--rater', 'ada', '--home', home());

const results = (out: string) => ({
  weights: readFileSync(join(folder, out, 'model.safetensors')).toString('base64'),
  pairs: readFileSync(join(folder, out, 'pairs.jsonl'), 'utf8'),
});

describe('a person as annotator', () => {
  it('rates by file in a pipe, and a kill −9 loses neither ratings nor bits', async () => {
    const whole = start(['train', config('whole'), '--home', home()]);
    for (let step = 1; step <= STEPS; step++) {
      const waiting = await waitFor('online-dpo-prompts-01', step);
      expect(waiting).toHaveLength(PAIRS);
      expect(await rate('online-dpo-prompts-01', waiting)).toMatchObject({ rated: PAIRS });
    }
    const { code, error } = await whole.ended;
    expect({ code, error }).toMatchObject({ code: 0 });
    expect(error).toContain(
      'online-dpo-prompts-01 waits for 3 ratings of step 1: rate in the app, or in another terminal with: plumb runs rate online-dpo-prompts-01',
    );

    const killed = start(['train', config('killed'), '--home', home()]);
    const run = 'online-dpo-prompts-02';
    await rate(run, await waitFor(run, 1));
    const second = await waitFor(run, 2);
    await rate(run, second.slice(0, 1));
    await setTimeout(1000);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await waitingOf(run)).waiting).toEqual(second.slice(1));
    await untilFailed(run); // its job process sees that its host is gone
    const resumed = start(['runs', 'resume', run, '--home', home()]);
    expect((await waitFor(run, 2)).map(({ prompt, a, b }) => [prompt, a, b])).toEqual(
      second.slice(1).map(({ prompt, a, b }) => [prompt, a, b]),
    );
    await rate(run, await waitFor(run, 2));
    await rate(run, await waitFor(run, 3));
    const end = await resumed.ended;
    expect({ code: end.code, error: end.error }).toMatchObject({ code: 0 });
    expect(end.error).not.toContain('wait anew');
    expect(results('killed')).toEqual(results('whole'));
    const [pair] = results('whole')
      .pairs.split('\n')
      .map((line) => line && JSON.parse(line));
    expect(pair).toMatchObject({
      annotator: 'human',
      policy_step: 0,
      temperature: 1,
      rating: { rater: 'ada', comment: 'reads better', verdict: pair.label },
    });
    expect(pair.policy_hash).toMatch(/^[0-9a-f]{16}$/);
    expect(pair.first.sampled_logprobs).toHaveLength(pair.first.response_ids.length);
  }, 240_000);

  it('stops while it waits, refuses what is no rating, and takes nothing of a file that is wrong in one line', async () => {
    const { child, ended } = start(['train', config('stopped'), '--home', home()]);
    const run = 'online-dpo-prompts-03';
    const waiting = await waitFor(run, 1);
    const wrong: readonly [readonly unknown[], RegExp][] = [
      [[taste(waiting[0]), { id: waiting[1].id, verdict: 'c' }], /ratings\.jsonl:2: "verdict"/],
      [[{ ...taste(waiting[0]), quality_b: 6 }], /ratings\.jsonl:1: "quality_b"/],
      [[{ ...taste(waiting[0]), id: 1 }], /no pair 1 waits in this run/],
      [[{ ...taste(waiting[0]), extra: 1 }], /ratings\.jsonl:1: .*extra/],
      [[taste(waiting[0]), taste(waiting[0])], /rated already/],
      [[], /holds no rating/],
    ];
    for (const [rows, message] of wrong)
      expect((await failure(3, 'runs', 'rate', run, '--from', ratingsFile(rows), '--home', home())).message).toMatch(
        message,
      );
    expect((await failure(2, 'runs', 'rate', run, '--home', home())).message).toMatch(/keys need a terminal/);
    expect((await waitingOf(run)).waiting).toEqual(waiting);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const shown = await plumb('runs', 'show', run, '--home', home());
    expect(shown.out).toContain(`waits for 3 ratings: plumb runs rate ${run}`);
  }, 120_000);

  // util-linux's script gives the program a terminal
  const hasScript = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript)(
    'rates by keys on a terminal, and Ctrl-C stops the run',
    async () => {
      const words = `'${process.execPath}' '${program}' train '${config('keys')}' --home '${home()}'`;
      const keys = `sleep 6; printf 4; sleep 0.3; printf 2; printf a; sleep 1; printf t; sleep 1; printf u; sleep 1; printf x; sleep 1; printf b; sleep 4; printf '\\003'; sleep 4`;
      const { stdout } = spawnSync('sh', ['-c', `(${keys}) | script -qec "${words}" /dev/null`], { encoding: 'utf8' });
      expect(stdout).toContain('a: A is better');
      expect(stdout).toContain('quality of A 4, of B 2');
      expect(stdout).toContain('Step 2, 3 to rate');
      expect(stdout).toContain('go on with: plumb runs resume online-dpo-prompts-04');
      const rated = readFileSync(join(folder, 'keys', 'pairs.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).rating);
      const verdicts = rated.map(({ verdict, shown_first }: Record<string, string>) =>
        verdict === 'first' ? shown_first : verdict === 'second' ? (shown_first === 'a' ? 'b' : 'a') : verdict,
      );
      expect([...verdicts].sort()).toEqual(['a', 'b', 'both_bad']);
    },
    120_000,
  );
});
