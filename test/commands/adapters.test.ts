/** Adapters on the command line, the built program: beside a model they give PEFT's numbers, merged and alone they leave as folders, a run's adapter is a model of the workspace. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../../src/main/data/checkpoints/safetensors.ts';
import { document, failure } from './plumb.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const base = join(golden, 'models/llama');
const adapter = join(golden, 'models/llama-lora');
const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-adapters-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);
const fails = (code: number, ...words: string[]) => failure(code, ...words, '--home', home);
const write = (name: string, content: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return join(folder, name);
};

interface Logits {
  results: { next_token_logps: number[]; last_logits: number[] }[];
}
const { prompts } = JSON.parse(readFileSync(join(adapter, 'expected.json'), 'utf8')) as {
  prompts: { input_ids: number[]; adapter: Logits['results'][number] }[];
};
const input = write('ids.json', { input_ids: prompts.map((p) => p.input_ids) });

function expectAdapted({ results }: Logits): void {
  prompts.forEach((prompt, i) => {
    for (const part of ['next_token_logps', 'last_logits'] as const)
      prompt.adapter[part].forEach((value, t) => {
        expect(Math.abs(results[i][part][t] - value), `${part} ${t} of prompt ${i}`).toBeLessThan(1e-5);
      });
  });
}

describe('--adapter', () => {
  it("gives PEFT's log-probabilities and logits, and other answers than the base", async () => {
    expectAdapted(await call<Logits>('logits', '--model', base, '--adapter', adapter, '--input', input));
    const words = ['--prompt', 'Once upon', '--greedy', '--ignore-eos', '--max-new-tokens', '12'];
    const [plain, adapted] = [
      await call('generate', '--model', base, ...words),
      await call('generate', '--model', base, '--adapter', adapter, ...words),
    ];
    expect(adapted.results).not.toEqual(plain.results);
  });

  it('scores with the head that a reward adapter brings', async () => {
    const reward = join(golden, 'adapters/reward');
    const texts = write('texts.json', { texts: ['a little dog', 'the sun'] });
    const model = join(golden, 'models/llama-reward');
    const plain = await call('rewards', '--model', model, '--input', texts);
    const adapted = await call('rewards', '--model', model, '--adapter', reward, '--input', texts);
    expect(adapted.results).not.toEqual(plain.results);
    expect(await call('rewards', '--model', reward, '--input', texts)).toEqual(adapted);
  });

  it('refuses what is no adapter, and an adapter of another shape', async () => {
    const { message } = await fails(3, 'logits', '--model', base, '--adapter', base, '--input', input);
    expect(message).toContain('an adapter folder (adapter_config.json and adapter_model.safetensors) was expected');
    const other = await fails(
      3,
      'logits',
      '--model',
      join(golden, 'models/smollm2'),
      '--adapter',
      adapter,
      '--input',
      input,
    );
    expect(other.message).toContain(adapter);
  });
});

describe('models export', () => {
  it('merges the adapter: the folder alone gives the same numbers', async () => {
    const out = join(folder, 'merged');
    await call('models', 'export', base, '--adapter', adapter, '--format', 'hf', '--out', out);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    expect(existsSync(join(out, 'adapter_config.json'))).toBe(false);
    expectAdapted(await call<Logits>('logits', '--model', out, '--input', input));
  });

  it('writes the adapter as PEFT has it: the same tensors, to the bit', async () => {
    const out = join(folder, 'peft');
    await call('models', 'export', base, '--adapter', adapter, '--format', 'peft', '--out', out);
    const [before, after] = [adapter, out].map((path) => openSafetensors(join(path, 'adapter_model.safetensors')));
    expect([...after.entries.keys()].sort()).toEqual([...before.entries.keys()].sort());
    for (const name of before.entries.keys()) expect(after.float32(name)).toEqual(before.float32(name));
    const { message } = await fails(3, 'models', 'export', base, '--format', 'peft', '--out', join(folder, 'none'));
    expect(message).toContain('has no adapter: --format peft needs one');
  });
});

it('a run with LoRA says its reference, and its adapter is a model of the workspace', async () => {
  const pairs = join(folder, 'pairs.jsonl');
  const row = { prompt: 'a little', chosen: ' dog', rejected: ' sun' };
  writeFileSync(pairs, [row, row].map((each) => JSON.stringify(each)).join('\n'));
  const config = { method: 'dpo', model: base, dataset: pairs, use_peft: true, max_steps: 2, learning_rate: 1e-2 };
  const { run } = await call<{ run: string }>('train', write('dpo.json', config));
  const shown = await call<{ run: { referenceModel: string } }>('runs', 'show', run);
  expect(JSON.stringify(shown)).toContain('(the new adapter switched off)');
  const { results } = await call<{ results: { ids: number[] }[] }>(
    'generate',
    '--model',
    run,
    '--prompt',
    'a',
    '--max-new-tokens',
    '2',
  );
  expect(results[0].ids.length).toBeGreaterThan(0);
  const merged = join(folder, 'merged-run');
  await call('models', 'export', run, '--format', 'hf', '--out', merged);
  const [beside, inside] = [
    await call<Logits>('logits', '--model', run, '--input', input),
    await call<Logits>('logits', '--model', merged, '--input', input),
  ];
  beside.results[0].last_logits.forEach((value, i) => {
    expect(inside.results[0].last_logits[i]).toBeCloseTo(value, 5);
  });
});
