/** `plumb models import owner/name`, the built program, against a hub on loopback: it comes in whole, a kill in the middle is resumed, refusals say what to do. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { etagOf, FIRST, startHub, type TestHub } from '../data/hub/hub-server.ts';
import { document, failure, start } from './plumb.ts';

const golden = fileURLToPath(new URL('../golden/models/llama/', import.meta.url));
const model = Object.fromEntries(
  readdirSync(golden)
    .filter((name) => name !== 'expected.json')
    .map((name) => [name, new Uint8Array(readFileSync(join(golden, name)))]),
);
const weights = model['model.safetensors'];
const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-hub-'));
const home = join(folder, 'home');
const call = (...words: string[]) => document(...words, '--home', home);
const blobs = (id: string) => join(home, 'hub', `models--${id.replace('/', '--')}`, 'blobs');

/** Of this process and so of the programs it starts. */
const VARIABLES = ['HF_ENDPOINT', 'HF_HOME', 'HF_HUB_CACHE', 'HF_TOKEN', 'HF_TOKEN_PATH', 'HUGGING_FACE_HUB_TOKEN'];
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
let hub: TestHub;

beforeAll(async () => {
  hub = await startHub({
    'some/llama': { [FIRST]: { ...model, 'pytorch_model.bin': new Uint8Array(5000) } },
    'other/llama': { [FIRST]: model },
    'gated/model': { [FIRST]: model },
  });
  for (const name of VARIABLES) delete process.env[name];
  process.env.HF_ENDPOINT = hub.endpoint;
  process.env.HF_TOKEN_PATH = join(folder, 'no-token');
});
afterAll(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a model comes in by its name, with what belongs to it', async () => {
  expect(await call('models', 'import', 'some/llama')).toMatchObject({
    model: 'llama',
    family: 'llama',
    parent: 'some/llama',
  });
  expect(readFileSync(join(home, 'models/llama/model.safetensors'))).toEqual(Buffer.from(weights));
  expect(existsSync(join(home, 'models/llama/pytorch_model.bin'))).toBe(false);
  expect(readFileSync(join(home, 'hub/models--some--llama/refs/main'), 'utf8')).toBe(FIRST);
});

it('killed in the middle it leaves no model, and goes on where it was', async () => {
  const cut = Math.floor(weights.length / 2);
  hub.faults.stall = cut;
  const { child, ended } = start(['models', 'import', 'other/llama', '--name', 'resumed', '--home', home, '--quiet']);
  const partial = join(blobs('other/llama'), `${etagOf(weights)}.incomplete`);
  while (!existsSync(partial) || statSync(partial).size < cut) await sleep(20);
  child.kill('SIGKILL');
  await ended;
  hub.faults.stall = null;
  expect(existsSync(join(home, 'models/resumed'))).toBe(false);
  hub.seen.length = 0;
  expect(await call('models', 'import', 'other/llama', '--name', 'resumed')).toMatchObject({ model: 'resumed' });
  expect(hub.seen.flatMap(({ range }) => range ?? [])).toEqual([`bytes=${cut}-`]);
  expect(readFileSync(join(home, 'models/resumed/model.safetensors'))).toEqual(Buffer.from(weights));
});

it('refusals say what to do, and leave nothing', async () => {
  const models = readdirSync(join(home, 'models'));
  const cases: [string[], string, RegExp][] = [
    [['gated/model'], 'gated', /set HF_TOKEN/],
    [['nobody/nothing'], 'not_found', /there is no such repository/],
    [['some/llama', '--revision', 'v9'], 'no_revision', /there is no such revision/],
    [['some/llama', '--file', 'a.gguf'], 'no_file', /has no file "a\.gguf"/],
  ];
  for (const [words, code, message] of cases)
    expect(await failure(3, 'models', 'import', ...words, '--home', home)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  expect((await failure(2, 'models', 'import', './nowhere', '--revision', 'x', '--home', home)).message).toMatch(
    /--revision and --file are for models of the hub/,
  );
  expect(readdirSync(join(home, 'models'))).toEqual(models);
});

it('without a network the cache is enough', async () => {
  process.env.HF_HUB_OFFLINE = '1';
  try {
    hub.seen.length = 0;
    expect(await call('models', 'import', 'some/llama', '--name', 'offline')).toMatchObject({ model: 'offline' });
    expect(hub.seen).toEqual([]);
  } finally {
    delete process.env.HF_HUB_OFFLINE;
  }
});
