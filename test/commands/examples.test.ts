/** The examples of every command's help run as they stand there, one after the other, on a folder that holds the files they name. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGroup } from '../../src/main/commands/command.ts';
import { commands } from '../../src/main/commands/index.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { writeTaskModel } from '../../src/main/train/task-model.ts';
import { program } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Examples that are not run, and why. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^plumb (quickstart|bench|reproduce)/, 'takes minutes; has tests of its own'],
  [/^plumb serve/, 'runs until it is stopped; has tests of its own'],
  [/^plumb (lab|compare)/, 'takes longer than a test may; has tests of its own'],
  [/stories260K|SmolLM2-135M-Instruct/, 'names a model that is not part of this project'],
  [/^plumb models import owner/, 'asks the hub; has tests of its own'],
  [/^plumb runs rate/, 'needs a run that waits for a person; has tests of its own'],
  [/^plumb models rename/, 'needs a model that a run left; its handler is tested in test/host/rename-model.test.ts'],
  [/^plumb replay ppo/, 'needs a run that samples; has tests of its own'],
  [/^plumb (rewards|models export)/, 'needs a trained reward model, run or adapter; has tests of its own'],
];

const all = commands.all.flatMap((each) => (isGroup(each) ? [each, ...each.subcommands] : [each]));
const examples = all.flatMap(({ examples }) => examples.map((example) => example.replace(/\s+#.*$/, '')));
const excluded = (example: string) => NOT_RUN.some(([pattern]) => pattern.test(example));

/** What an example leaves for another stands before it. */
const ORDER = [
  /^plumb tokenize|^plumb log|^plumb generate/,
  /^plumb import/,
  /^plumb train/,
  /^plumb export/,
  /remove/,
];
const rank = (example: string) => {
  const found = ORDER.findIndex((pattern) => pattern.test(example));
  return found < 0 ? ORDER.length - 1.5 : found;
};

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    prompt: `question ${i} ? answer :`,
    chosen: ` a snake is striped and ${i % 7} .`,
    rejected: ` no ${i % 5} .`,
    margin: 1 + (i % 3),
  }));
const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

beforeAll(() => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const model = join(folder, 'my-model');
  mkdirSync(model);
  writeTaskModel(model, tasks.get('helpful'));
  cpSync(model, join(folder, 'SmolLM2-135M'), { recursive: true });
  cpSync(join(model, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  write('texts.json', JSON.stringify({ texts: ['a snake is striped .', 'a cat'] }));
  write('conversations.json', JSON.stringify({ texts: ['a snake'] }));
  for (const name of ['pairs.jsonl', 'my-pairs.jsonl', 'part-1.jsonl']) write(name, lines(rows(60)));
  write('part-2.jsonl', lines(rows(90).slice(60)));
  write('exported.jsonl', `${lines(rows(9))}${JSON.stringify({ prompt: 'a cat', chosen: null, rejected: 'a dog' })}\n`);
  write(
    'answers.csv',
    `question,better,worse\n${Array.from({ length: 9 }, (_, i) => `what is ${i},it is ${i},no ${i}`).join('\n')}\n`,
  );
  const settings = { model: 'my-model', max_steps: 4, save_steps: 2, per_device_train_batch_size: 2, max_length: 48 };
  write('sft.json', JSON.stringify({ ...settings, method: 'sft', dataset: 'pairs.jsonl', output_dir: 'sft' }));
  write(
    'dpo.yaml',
    `# ${'a comment'}\n${Object.entries({ ...settings, method: 'dpo', dataset: 'pairs.jsonl', output_dir: 'dpo' })
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('')}`,
  );
});

/** As a shell runs it, `plumb` being the built program; standard output and error in one. */
function run(line: string): Promise<{ code: number | null; said: string }> {
  const script = `plumb() { "$PLUMB_NODE" "$PLUMB_PROGRAM" "$@"; }\n${line}`;
  const env = {
    ...process.env,
    PLUMB_NODE: process.execPath,
    PLUMB_PROGRAM: program,
    PLUMB_HOME: join(folder, 'home'),
  };
  const child = spawn('/bin/sh', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  return new Promise((done) => child.once('close', (code) => done({ code, said })));
}

describe('examples of the help', () => {
  it('leave out only what there is', () => {
    for (const [pattern] of NOT_RUN) expect(examples.some((example) => pattern.test(example))).toBe(true);
    for (const { id, examples } of all) expect(examples.length, `${id} has examples`).toBeGreaterThan(0);
  });

  it('run as they stand', { timeout: 240_000 }, async () => {
    // what others made before: two versions of a dataset, and a run
    for (const line of ['plumb import my-pairs.jsonl', 'plumb import my-pairs.jsonl --name my-pairs'])
      expect(await run(line)).toMatchObject({ code: 0 });
    const chosen = examples.filter((example) => !excluded(example)).sort((a, b) => rank(a) - rank(b));
    expect(chosen.length).toBeGreaterThan(25);
    for (const example of chosen) {
      const { code, said } = await run(example);
      // a run that has ended cannot be stopped or resumed: being told so is the right end of these
      const isRefusal = /^plumb (runs (stop|resume)|train .*--resume)/.test(example);
      expect({ example, code, said }).toMatchObject({ example, code: isRefusal ? expect.any(Number) : 0 });
      if (isRefusal && code !== 0) expect(said).toMatch(/finished|not running|ended/);
    }
  });
});
