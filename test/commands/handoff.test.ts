/** `plumb handoff`, the built program: a folder that another trainer starts from. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HandoffDocument } from '../../src/main/commands/handoff.ts';
import { document, failure } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-handoff-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);
const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function config(name: string, values: Record<string, unknown>): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ model: 'helpful-reference', ...values }));
  return path;
}

describe('handoff', { timeout: 120_000 }, () => {
  it('a run goes out with the version it was made with, and what it cannot take along is named', async () => {
    const file = join(folder, 'pairs.jsonl');
    const row = { prompt: 'a', chosen: ' sure .', rejected: ' no .' };
    writeFileSync(file, `${JSON.stringify(row)}\n${JSON.stringify({ ...row, prompt: 'b' })}\n`);
    await call('import', file, '--name', 'wished');
    const path = config('dpo', {
      method: 'dpo',
      dataset: 'wished',
      max_steps: 1,
      rdpo_alpha: 0.2,
      frozen_weights: ['embed'],
    });
    const { run, output_dir } = await call<{ run: string; output_dir: string }>('train', path);
    writeFileSync(file, `${JSON.stringify({ ...row, prompt: 'newer' })}\n`);
    await call('import', file, '--name', 'wished');
    const out = join(folder, 'for-trl');
    const written = await call<HandoffDocument>('handoff', run, '--to', 'trl', '--out', out);
    expect(written).toMatchObject({ recipe: run, target: 'trl', output_dir: out, rows: 2 });
    expect(linesOf(join(out, 'data/train.jsonl')).map(({ prompt }) => prompt)).toEqual(['a', 'b']);
    expect(readdirSync(out).sort()).toEqual(['data', 'handoff.md', 'model', 'requirements.txt', 'train.py']);
    expect(existsSync(join(out, 'model/model.safetensors'))).toBe(true);
    expect(written.not_carried).toEqual([
      { option: 'frozen_weights', value: ['embed'], stated: true, note: expect.stringContaining('freeze them') },
    ]);
    expect(readFileSync(join(out, 'handoff.md'), 'utf8')).toContain('| `frozen_weights` | `["embed"]` |');
    expect(written.carried).toMatchObject({ max_steps: 'max_steps=1', beta: 'beta=0.1' });
    // the version may be removed since: the run kept its rows
    await call('datasets', 'remove', 'wished', '--even-if-used');
    const again = join(folder, 'for-trl-later');
    await call<HandoffDocument>('handoff', run, '--to', 'trl', '--out', again);
    expect(linesOf(join(again, 'data/train.jsonl'))).toEqual(linesOf(join(out, 'data/train.jsonl')));
    rmSync(join(output_dir, 'data'), { recursive: true });
    const gone = await failure(3, 'handoff', run, '--to', 'trl', '--out', join(folder, 'gone'), '--home', home);
    expect(gone.message).toContain(`${run} was made with wished@1 (content `);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
  });

  it('a config goes out with a file of any format, less what is refused, and with the prompts of a task', async () => {
    const rows = [
      { instruction: 'say', input: '', output: 'yes', chosen: 'yes', rejected: 'no' },
      { instruction: 'say', input: '', output: 'same', chosen: 'same', rejected: 'same' },
    ];
    writeFileSync(join(folder, 'rasbt.json'), JSON.stringify(rows));
    const out = join(folder, 'for-openrlhf');
    const path = config('file', { method: 'dpo', dataset: 'rasbt.json', loss_type: 'ipo', ipo_average: 'sum' });
    const written = await call<HandoffDocument>('handoff', path, '--to', 'openrlhf', '--out', out);
    expect(written.rows).toBe(1);
    expect(written.notes.join(' ')).toContain('1 rows of rasbt.json are left out');
    expect(readFileSync(join(out, 'train.sh'), 'utf8')).toContain('--model.ipo_enable');
    const prompts = config('task', { method: 'ppo', task: 'tldr', prompt_count: 7 });
    const ppo = await call<HandoffDocument>('handoff', prompts, '--to', 'openrlhf', '--out', join(folder, 'ppo'));
    expect(ppo.rows).toBe(7);
  });

  it('a run whose file has changed since goes out with what stands there now, and says so', async () => {
    const file = join(folder, 'moving.jsonl');
    writeFileSync(file, `${JSON.stringify({ prompt: 'a', chosen: ' sure .', rejected: ' no .' })}\n`);
    const path = config('moving', { method: 'dpo', dataset: 'moving.jsonl', max_steps: 1 });
    const { run } = await call<{ run: string }>('train', path);
    writeFileSync(file, `${JSON.stringify({ prompt: 'b', chosen: ' sure .', rejected: ' no .' })}\n`);
    const out = join(folder, 'moved');
    const { notes } = await call<HandoffDocument>('handoff', run, '--to', 'trl', '--out', out);
    expect(notes).toEqual([
      expect.stringContaining(`Not as ${run} read it: dataset "moving.jsonl": ${file} has other`),
    ]);
    expect(readFileSync(join(out, 'handoff.md'), 'utf8')).toContain(notes[0]);
  });

  it('what cannot go out leaves nothing behind', async () => {
    const out = join(folder, 'nothing');
    const dpo = config('plain', { method: 'dpo', dataset: 'pairs.jsonl' });
    const to = (target: string) => ['--to', target, '--out', out, '--home', home];
    const cases: [number, string[], string][] = [
      [3, ['nobody', ...to('trl')], 'there is no run "nobody"'],
      [2, [dpo, ...to('axolotl')], '--to axolotl is not known'],
      [
        3,
        [config('ppo', { method: 'ppo', task: 'tldr' }), ...to('trl')],
        'TRL 1.16 has no trainer for ppo, which was removed from it; OpenRLHF has one',
      ],
      [
        3,
        [config('simpo', { method: 'dpo', dataset: 'pairs.jsonl', loss_type: 'simpo' }), ...to('trl')],
        'loss_type simpo',
      ],
      [3, [config('gone', { method: 'dpo', dataset: 'gone.jsonl' }), ...to('trl')], 'there is no dataset "gone.jsonl"'],
      [3, [config('model', { method: 'dpo', dataset: 'pairs.jsonl', model: 'nowhere' }), ...to('trl')], 'nowhere'],
      [2, [config('typo', { method: 'dpo', dataset: 'pairs.jsonl', bta: 1 }), ...to('trl')], 'did you mean "beta"?'],
    ];
    for (const [code, words, message] of cases)
      expect((await failure(code, 'handoff', ...words)).message).toContain(message);
    expect(existsSync(out)).toBe(false);
    const full = await failure(3, 'handoff', dpo, '--to', 'trl', '--out', folder, '--home', home);
    expect(full.message).toContain('a new or an empty folder was expected');
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  });
});
