/** `plumb reproduce` as users call it: processes of their own, a kill in the middle, and mistakes that are told before anything begins. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plumb, start } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-reproduce-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TINY = ['--seeds', '1', '--workers', '1', '--set', 'sft_steps=20', 'dpo_steps=4', 'online_steps=2', 'every=2'];
const call = (out: string) => ['reproduce', 'razin', '--out', join(folder, out), ...TINY];

const finished = (out: string): string[] => {
  const cells = join(folder, out, 'cells');
  return existsSync(cells) ? readdirSync(cells).filter((name) => existsSync(join(cells, name, 'result.json'))) : [];
};
/** Everything but how long it took. */
const resultOf = (out: string) => {
  const { cpu_seconds: _seconds, ...rest } = JSON.parse(readFileSync(join(folder, out, 'razin.json'), 'utf8'));
  return rest;
};

describe('plumb reproduce', () => {
  it('goes on after a kill, and ends where an uninterrupted run does', async () => {
    const whole = await plumb(...call('whole'));
    expect(whole.code, whole.error).toBe(0);
    expect(whole.out).toContain('razin: Razin');
    expect(finished('whole')).toHaveLength(3);

    const { child, ended } = start(call('killed'));
    while (finished('killed').length === 0 && child.exitCode === null)
      await new Promise((done) => setTimeout(done, 50));
    child.kill('SIGKILL');
    await ended;
    const kept = finished('killed');
    expect(kept.length).toBeGreaterThan(0);
    const writtenAt = (name: string) => readFileSync(join(folder, 'killed', 'cells', name, 'result.json'), 'utf8');
    const before = kept.map(writtenAt);
    const again = await plumb(...call('killed'));
    expect(again.code, again.error).toBe(0);
    expect(kept.map(writtenAt)).toEqual(before);
    expect(resultOf('killed')).toEqual(resultOf('whole'));
  }, 300_000);

  it.each([
    [['razn', '--out', 'x'], 'unknown study "razn"; studies: oaif'],
    [['razin', '--out', 'x', '--set', 'speed=3'], 'razin has no setting "speed"; it has dpo_steps'],
    [['razin', '--out', 'x', '--set', 'beta=-1'], '--set beta:'],
    [['razin', '--out', 'x', '--set', 'beta=x'], 'the value must be JSON, found "x"'],
    [['razin', '--out', 'x', '--seeds', '1,1'], 'names a seed twice'],
    [['razin', '--out', 'x', '--seeds', '1,two'], '--seeds must be a whole number'],
    [['razin'], '--out'],
  ])('%j is a mistake in the call', async (words, message) => {
    const { code, error } = await plumb('reproduce', ...words);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});
