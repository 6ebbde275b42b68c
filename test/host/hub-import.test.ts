/** `models.import` by a name of the hub, on a real host with the program's own job process, against a hub on loopback: progress in bytes, a stop, a resume, refusals that say what to do. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelSummary, WorkProgress } from '../../src/preload/contract/index.ts';
import { etagOf, FIRST, startHub, type TestHub, TOKEN } from '../data/hub/hub-server.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

const golden = fileURLToPath(new URL('../golden/models/llama/', import.meta.url));
const model = Object.fromEntries(
  readdirSync(golden)
    .filter((name) => name !== 'expected.json')
    .map((name) => [name, new Uint8Array(readFileSync(join(golden, name)))]),
);
const weights = model['model.safetensors'];
const VARIABLES = ['HF_ENDPOINT', 'HF_HOME', 'HF_HUB_CACHE', 'HF_TOKEN', 'HF_TOKEN_PATH', 'HUGGING_FACE_HUB_TOKEN'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
let hub: TestHub;
let test: TestHost;

beforeAll(async () => {
  hub = await startHub({
    'some/llama': { [FIRST]: model },
    'other/llama': { [FIRST]: model },
    'gated/model': { [FIRST]: model },
  });
  for (const name of VARIABLES) delete process.env[name];
  process.env.HF_ENDPOINT = hub.endpoint;
  test = openTestHost({ worker: REAL_WORKER });
  process.env.HF_TOKEN_PATH = join(test.workspace.home, 'no-token');
});
afterAll(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await hub.close();
  await test.close();
});

function start(name: string) {
  const events: WorkProgress[] = [];
  const handle = test.connection.stream('models.import', { source: { hub: name } }, (event) =>
    events.push(event as WorkProgress),
  );
  return { events, close: handle.close, done: handle.done as Promise<ModelSummary> };
}
const models = () => readdirSync(test.workspace.models).sort();

it('comes in by its name, or by the address of its page, with progress in bytes', async () => {
  const work = start('https://huggingface.co/some/llama');
  expect(await work.done).toMatchObject({ name: 'llama', parent: 'some/llama', kind: 'base' });
  const total = Object.values(model).reduce((sum, bytes) => sum + bytes.length, 0);
  const downloaded = work.events.filter(({ stage }) => stage === 'downloading');
  expect(downloaded.at(-1)).toEqual({ stage: 'downloading', done: total, total });
  expect(work.events.map(({ stage }) => stage)).toContain('writing');
});

it('stopped in the middle it leaves no model; asked again it goes on where it was', async () => {
  const cut = Math.floor(weights.length / 2);
  hub.faults.stall = cut;
  const work = start('other/llama');
  const partial = join(test.workspace.home, 'hub/models--other--llama/blobs', `${etagOf(weights)}.incomplete`);
  await expect.poll(() => existsSync(partial) && statSync(partial).size, { timeout: 20_000 }).toBe(cut);
  work.close();
  await expect.poll(models, { timeout: 10_000 }).toEqual(['llama']);
  hub.faults.stall = null;
  hub.seen.length = 0;
  expect(await start('other/llama').done).toMatchObject({ name: 'llama-2', parent: 'other/llama' });
  expect(hub.seen.flatMap(({ range }) => range ?? [])).toEqual([`bytes=${cut}-`]);
  expect(readFileSync(join(test.workspace.models, 'llama-2/model.safetensors'))).toEqual(Buffer.from(weights));
});

it('a gated model says what to do; a token from Settings opens it, and is written nowhere', async () => {
  await expect(start('gated/model').done).rejects.toMatchObject({
    code: 'gated',
    message: expect.stringMatching(/access is gated\. Ask for it on its page at .*, then set HF_TOKEN/),
  });
  expect(await test.connection.call('settings.setHubToken', { token: TOKEN })).toMatchObject({ hubToken: 'entered' });
  expect(await start('gated/model').done).toMatchObject({ name: 'model' });
  const texts = readdirSync(test.workspace.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(test.workspace.home, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
  expect(texts.some((text) => text.includes(TOKEN))).toBe(false);
  expect(JSON.stringify(await test.connection.call('settings.get', {}))).not.toContain(TOKEN);
});

it('what is no name, and what is not there, is said', async () => {
  await expect(start('../../etc').done).rejects.toMatchObject({ code: 'bad_name' });
  await expect(start('nobody/nothing').done).rejects.toMatchObject({ code: 'not_found' });
  expect(models()).toEqual(['llama', 'llama-2', 'model']);
});
