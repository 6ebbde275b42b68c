/** The generation process from inside and outside: models are open once and closed by memory, adapters share their base, idle processes end. */
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { builtInModelFolder } from '../../src/main/data/built-in-models.ts';
import { parameterCount } from '../../src/main/engine/models/language-model.ts';
import { createGenerationProcess } from '../../src/main/jobs/generation/process.ts';
import { createShelf, type OpenModel } from '../../src/main/jobs/generation/shelf.ts';
import { forkProcesses } from '../../src/main/jobs/spawn.ts';
import type { PromptReading } from '../../src/preload/contract/index.ts';

const golden = resolve(import.meta.dirname, '../golden/models');
const folder = mkdtempSync(join(tmpdir(), 'plumb-shelf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const builtIn = (task: string) => ({ path: builtInModelFolder(`${task}-reference`) ?? '', adapter: true });
const [HELPFUL, TLDR, HARMLESS] = ['helpful', 'tldr', 'harmless'].map(builtIn);
const opened = async (model: OpenModel) => model;

describe('the shelf', () => {
  it('opens a model once, whoever asks, and its sessions once a length', async () => {
    const shelf = createShelf();
    const [a, b] = await Promise.all([shelf.use(HELPFUL, opened), shelf.use(HELPFUL, opened)]);
    expect(a).toBe(b);
    await shelf.use(HELPFUL, async (model) => {
      expect(await model.decoder(20)).toBe(await model.decoder(100));
      expect(await model.scorer(20)).not.toBe(await model.decoder(20));
      await expect(model.decoder(129)).rejects.toThrow("this model's context is 128");
    });
    expect(shelf.bytes()).toBe(8 * parameterCount(a.loaded.model));
    await shelf.close();
    expect(shelf.open()).toEqual([]);
  });

  it('closes the longest unused one when memory is short, never one in use', async () => {
    const all = createShelf();
    for (const model of [HELPFUL, TLDR, HARMLESS]) await all.use(model, opened);
    const budget = all.bytes() - 1;
    await all.close();
    const shelf = createShelf({ budget });
    await shelf.use(HELPFUL, opened);
    await shelf.use(TLDR, opened);
    await shelf.use(HELPFUL, opened);
    await shelf.use(HARMLESS, opened);
    expect(shelf.open()).toEqual([HELPFUL.path, HARMLESS.path]);
    await shelf.use(HELPFUL, async (model) => {
      await shelf.use(HARMLESS, async () => {
        await shelf.use(TLDR, opened);
        // all three were needed at once
        expect(shelf.open()).toHaveLength(3);
        expect((await (await model.scorer(4)).score([[1, 2, 3]]))[0]).toHaveLength(2);
      });
    });
    await shelf.use(HELPFUL, opened);
    await shelf.close();
  });

  it('an adapter and its base share their weights; switched off, the base answers', async () => {
    const shelf = createShelf();
    const path = join(golden, 'llama-lora');
    const on = await shelf.use({ path, adapter: true }, opened);
    const off = await shelf.use({ path, adapter: false }, opened);
    expect(off.loaded.model.weights).toBe(on.loaded.model.weights);
    expect([on.loaded.model.adapter !== undefined, off.loaded.model.adapter]).toEqual([true, undefined]);
    expect(shelf.open()).toEqual([path]);
    const [adapted, plain] = await Promise.all(
      [on, off].map(async (model) => (await model.scorer(8)).score([[1, 2, 3]])),
    );
    expect(adapted).not.toEqual(plain);
    await shelf.close();
  });

  it('opens a model again whose files have changed, and says what is wrong with one that is none', async () => {
    const shelf = createShelf();
    const path = join(folder, 'llama');
    cpSync(join(golden, 'llama'), path, { recursive: true });
    const before = await shelf.use({ path, adapter: true }, opened);
    appendFileSync(join(path, 'config.json'), '\n');
    expect(await shelf.use({ path, adapter: true }, opened)).not.toBe(before);
    expect(shelf.open()).toEqual([path]);
    await expect(shelf.use({ path: join(folder, 'gone'), adapter: true }, opened)).rejects.toThrow('gone');
    await expect(shelf.use({ path: folder, adapter: true }, opened)).rejects.toThrow();
    expect(shelf.open()).toEqual([path]);
    await shelf.close();
  });
});

describe('the process', () => {
  const spawn = forkProcesses<unknown, unknown>(resolve(import.meta.dirname, '../../src/main/generator.ts'));
  const ask = (text: string) => ['prompt', { model: HELPFUL, prompt: text }] as const;

  it('starts when it is asked, ends when it is idle, and starts again', async () => {
    const process = createGenerationProcess(spawn, { idleMs: 100 });
    expect(process.running).toBe(false);
    const first = await process.call<PromptReading>(...ask('hello .'));
    expect(first.tokens.map(({ text }) => text)).toEqual(['hello', ' .']);
    expect(process.running).toBe(true);
    await setTimeout(300);
    expect(process.running).toBe(false);
    expect(await process.call<PromptReading>(...ask('hello .'))).toEqual(first);
    process.close();
    expect(process.running).toBe(false);
  });

  it('what waits when the host closes is told so', async () => {
    const process = createGenerationProcess(spawn);
    const waiting = process.call(...ask('hello .'));
    process.close();
    await expect(waiting).rejects.toMatchObject({ code: 'generation_ended' });
    await expect(process.call('nonsense', {})).rejects.toThrow('unknown work "nonsense"');
    process.close();
  });
});
