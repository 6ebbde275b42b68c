/** Models of the hub by name, against a server that speaks its protocol: the cache's layout, resume, checksums, gates, and what happens without a network. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '../../../src/main/data/hub/hub-error.ts';
import { isRepositoryName } from '../../../src/main/data/hub/names.ts';
import { type HubSettings, hubSettings } from '../../../src/main/data/hub/settings.ts';
import { modelSnapshot, type SnapshotOptions } from '../../../src/main/data/hub/snapshot.ts';
import { etagOf, FIRST, SECOND, startHub, type TestHub, TOKEN } from './hub-server.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const config = text('{"model_type": "llama"}');
const model = {
  'config.json': config,
  'tokenizer.json': text('{}'),
  'README.md': text('---\nlicense: mit\n---\n'),
  'pytorch_model.bin': text('PK'),
  'model.safetensors': weights,
  'sub/notes.txt': text('not needed'),
};
const shards = {
  'config.json': config,
  'model.safetensors.index.json': text('{}'),
  'model-00001-of-00002.safetensors': weights.slice(0, 2000),
  'model-00002-of-00002.safetensors': weights.slice(0, 3000),
};

const folder = mkdtempSync(join(tmpdir(), 'plumb-hub-'));
let hub: TestHub;
let caches = 0;
let settings: HubSettings;

beforeAll(async () => {
  hub = await startHub({
    'new/name': { [FIRST]: model, [SECOND]: { ...model, 'config.json': text('{"model_type": "qwen2"}') } },
    'gated/model': { [FIRST]: model },
    'some/shards': { [FIRST]: shards },
    'only/pickles': { [FIRST]: { 'config.json': config, 'pytorch_model.bin': text('PK') } },
    'some/gguf': { [FIRST]: { 'a-Q8_0.gguf': weights, 'README.md': text('a') } },
    'some/parts': {
      [FIRST]: {
        'q/a-00001-of-00002.gguf': weights,
        'q/a-00002-of-00002.gguf': text('b'),
        'q/ab-00002-of-00002.gguf': text('c'),
        'q/a-00002-of-00003.gguf': text('d'),
      },
    },
    'evil/paths': { [FIRST]: { '../../escape': config, 'config.json': config } },
  });
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  hub.seen.length = 0;
  hub.main = FIRST;
  settings = {
    ...hubSettings(join(folder, `cache-${caches++}`), { HF_ENDPOINT: `${hub.endpoint}/` }),
    retryMs: 10,
  };
});
afterEach(() => {
  Object.assign(hub.faults, { cuts: [], stall: null, ignoreRange: false, statuses: [], content: 'right', expired: 0 });
});

const get = (id = 'new/name', options: SnapshotOptions = {}) => modelSnapshot(settings, id, options);
const refused = (id: string, code: string, message: RegExp, options: SnapshotOptions = {}) =>
  expect(get(id, options)).rejects.toSatisfy((error) => {
    expect(error).toBeInstanceOf(HubError);
    expect((error as HubError).code).toBe(code);
    expect((error as HubError).message).toMatch(message);
    return true;
  });
const repository = () => join(settings.cache, 'models--new--name');
const contents = () => hub.seen.filter(({ method, path }) => method === 'GET' && !path.startsWith('/api'));

describe('a download', () => {
  it('takes what a model needs, into the hub’s own cache layout', async () => {
    const progress: [number, number][] = [];
    const found = await get('new/name', { onProgress: (done, total) => progress.push([done, total]) });
    expect(found).toMatchObject({ id: 'new/name', commit: FIRST });
    expect([...found.files].sort()).toEqual(['README.md', 'config.json', 'model.safetensors', 'tokenizer.json']);
    const at = repository();
    expect(readFileSync(join(at, 'refs/main'), 'utf8')).toBe(FIRST);
    for (const file of found.files) {
      const content = model[file as keyof typeof model];
      const link = join(at, 'snapshots', FIRST, file);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(readlinkSync(link)).toBe(join('..', '..', 'blobs', etagOf(content)));
      expect(new Uint8Array(readFileSync(link))).toEqual(content);
    }
    expect(readdirSync(join(at, 'blobs'))).toHaveLength(4);
    expect(existsSync(join(settings.cache, 'CACHEDIR.TAG'))).toBe(true);
    const tree = JSON.parse(readFileSync(join(at, 'trees', `${FIRST}.json`), 'utf8'));
    expect(tree.files['model.safetensors']).toMatchObject({ size: weights.length, lfs_sha256: etagOf(weights) });
    const total = found.files.reduce((sum, file) => sum + model[file as keyof typeof model].length, 0);
    expect(progress.at(-1)).toEqual([total, total]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1][0])).toBe(true);
  });

  it('costs one request when all is there, and shares blobs between commits', async () => {
    await get();
    hub.seen.length = 0;
    await get();
    expect(hub.seen.map(({ path }) => path)).toEqual(['/api/models/new/name/revision/main']);
    hub.main = SECOND;
    await get();
    expect(contents().map(({ path }) => path)).toEqual([`/new/name/resolve/${SECOND}/config.json`]);
    expect(readFileSync(join(repository(), 'refs/main'), 'utf8')).toBe(SECOND);
  });

  it('knows tags, pull requests and commits, and follows a renamed repository', async () => {
    hub.main = SECOND;
    expect((await get('new/name', { revision: 'v1' })).commit).toBe(FIRST);
    expect((await get('new/name', { revision: SECOND })).commit).toBe(SECOND);
    await get('new/name', { revision: 'refs/pr/1' });
    expect(hub.seen.some(({ path }) => path.endsWith('/revision/refs%2Fpr%2F1'))).toBe(true);
    expect(readFileSync(join(repository(), 'refs/refs/pr/1'), 'utf8')).toBe(SECOND);
    expect((await get('old/name')).commit).toBe(SECOND);
  });

  it('takes shards by their index, and one GGUF file by its name', async () => {
    expect((await get('some/shards')).files).toHaveLength(4);
    expect((await get('some/gguf', { file: 'a-Q8_0.gguf' })).files).toEqual(['a-Q8_0.gguf']);
    expect((await get('some/parts', { file: 'q/a-00001-of-00002.gguf' })).files).toEqual([
      'q/a-00001-of-00002.gguf',
      'q/a-00002-of-00002.gguf',
    ]);
    await refused('some/gguf', 'no_file', /name one of its GGUF files with --file; it has a-Q8_0\.gguf/);
    await refused('some/gguf', 'no_file', /has no file "b\.gguf"; it has a-Q8_0\.gguf/, { file: 'b.gguf' });
    await refused('only/pickles', 'no_file', /Python pickles, which are not read/);
  });

  it('copies where links are not wanted', async () => {
    settings = { ...settings, copies: true };
    const { folder: snapshot } = await get();
    expect(lstatSync(join(snapshot, 'model.safetensors')).isFile()).toBe(true);
  });
});

describe('a broken connection', () => {
  it('is resumed where it stopped', async () => {
    hub.faults.cuts = [10_000, 20_000];
    await get('new/name', { file: 'model.safetensors' });
    const ranges = contents().flatMap(({ range }) => range ?? []);
    expect(contents()).toHaveLength(3);
    expect(ranges).toEqual(['bytes=10000-', 'bytes=30000-']);
    expect(new Uint8Array(readFileSync(join(repository(), 'blobs', etagOf(weights))))).toEqual(weights);
  });

  it('in the middle of a large file goes on with a range, also in a later process', async () => {
    const blobs = join(repository(), 'blobs');
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${etagOf(weights)}.incomplete`), weights.slice(0, 123_456));
    await get();
    expect(contents().flatMap(({ range }) => range ?? [])).toEqual(['bytes=123456-']);
    expect(new Uint8Array(readFileSync(join(blobs, etagOf(weights))))).toEqual(weights);
    expect(readdirSync(blobs).filter((name) => name.includes('incomplete'))).toEqual([]);
  });

  it('starts anew when the server ignores ranges', async () => {
    const blobs = join(repository(), 'blobs');
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${etagOf(weights)}.incomplete`), weights.slice(0, 1000));
    hub.faults.ignoreRange = true;
    await get();
    expect(new Uint8Array(readFileSync(join(blobs, etagOf(weights))))).toEqual(weights);
  });

  it('that never gives a byte is an error, and what came stays for the next time', async () => {
    hub.faults.cuts = [5000, ...new Array(40).fill(0)];
    const file = { file: 'model.safetensors' };
    await refused('new/name', 'unreachable', /cannot be reached|the connection broke/, file);
    hub.faults.cuts = [];
    hub.seen.length = 0;
    await get('new/name', file);
    expect(contents().flatMap(({ range }) => range ?? [])).toEqual(['bytes=5000-']);
  });

  it('a complete partial file costs no content', async () => {
    const blobs = join(repository(), 'blobs');
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${etagOf(weights)}.incomplete`), weights);
    await get();
    expect(contents().filter(({ origin }) => origin === 'storage')).toEqual([]);
  });

  it('an expired signed address is asked for anew', async () => {
    hub.faults.expired = 1;
    await get();
    expect(existsSync(join(repository(), 'blobs', etagOf(weights)))).toBe(true);
  });
});

describe('content that is not what was announced', () => {
  it.each(['changed', 'longer'] as const)('%s: nothing is kept', async (content) => {
    const file = { file: 'model.safetensors' };
    hub.faults.content = content;
    await refused(
      'new/name',
      'corrupt',
      content === 'changed' ? /does not match its checksum/ : /more than the announced|were announced/,
      file,
    );
    expect(existsSync(join(repository(), 'blobs', etagOf(weights)))).toBe(false);
    expect(existsSync(join(repository(), 'snapshots', FIRST, 'model.safetensors'))).toBe(false);
    hub.faults.content = 'right';
    await get('new/name', file);
  });
});

describe('a server that refuses', () => {
  it.each([
    ['nobody/nothing', 'not_found', /no such repository, or it is private: then set HF_TOKEN/, {}],
    ['new/name', 'no_revision', /there is no such revision/, { revision: 'v9' }],
    ['gated/model', 'gated', /access is gated\. Ask for it on its page .* then set HF_TOKEN/, {}],
    ['evil/paths', 'bad_answer', /"\.\.\/\.\.\/escape", whose path leaves its folder/, {}],
    ['a/b/c', 'bad_name', /no name of a repository/, {}],
    ['new/name', 'bad_name', /is no revision/, { revision: '../x' }],
  ] as const)('%s: %s', (id, code, message, options) => refused(id, code, message, options));

  it('a gated model opens with the right token, which no other origin sees', async () => {
    settings = { ...settings, token: 'hf_stranger' };
    await refused('gated/model', 'gated', /the account of this token has not been admitted/);
    settings = { ...settings, token: 'hf_wrong' };
    await refused('gated/model', 'bad_token', /the token is not valid/);
    settings = { ...settings, token: TOKEN };
    await get('gated/model');
    const authorised = hub.seen.filter(({ authorization }) => authorization === `Bearer ${TOKEN}`);
    expect(authorised.length).toBeGreaterThan(3);
    expect(hub.seen.filter(({ origin }) => origin === 'storage').map((s) => s.authorization)).toEqual([undefined]);
  });

  it('a busy server is asked again', async () => {
    hub.faults.statuses = [503, 429, 500];
    await get();
    expect(hub.seen.length).toBeGreaterThan(6);
  });
});

describe('without a network', () => {
  it('the cache is enough, and what is not in it is named', async () => {
    await get();
    hub.seen.length = 0;
    settings = { ...settings, offline: true };
    expect((await get()).commit).toBe(FIRST);
    expect(hub.seen).toEqual([]);
    rmSync(join(repository(), 'snapshots', FIRST, 'tokenizer.json'));
    await refused('new/name', 'offline', /without tokenizer\.json, and the hub was not asked: HF_HUB_OFFLINE is set/);
    await refused('some/shards', 'offline', /some\/shards \(main\) is not in the cache/);
    settings = { ...settings, offline: false, endpoint: 'http://127.0.0.1:9', retryMs: 1 };
    await refused('new/name', 'unreachable', /cannot be reached/);
  });
});

describe('names and settings', () => {
  it.each(['gpt2', 'owner/na.me_1-x', 'a/b'])('%s is a name', (id) => expect(isRepositoryName(id)).toBe(true));
  it.each(['', 'a/b/c', '-a/b', 'a/b.', 'a--b/c', 'a/b..c', 'a/b.git', '../a', 'a b/c', `a/${'x'.repeat(97)}`])(
    '%j is none',
    (id) => expect(isRepositoryName(id)).toBe(false),
  );

  it('follow the variables of huggingface_hub', () => {
    const home = join(folder, 'hf-home');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'token'), ' hf_file\n');
    expect(hubSettings('/own', { HF_TOKEN_PATH: '/nowhere' })).toMatchObject({
      endpoint: 'https://huggingface.co',
      cache: '/own',
      token: null,
      offline: false,
    });
    expect(hubSettings('/own', { HF_HOME: home })).toMatchObject({ cache: join(home, 'hub'), token: 'hf_file' });
    expect(hubSettings('/own', { HF_HOME: home, HF_TOKEN: 'hf_a\n' }).token).toBe('hf_a');
    expect(hubSettings('/own', { HF_HOME: home, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }).token).toBeNull();
    expect(hubSettings('/own', { HF_HUB_CACHE: '/c', HF_HUB_OFFLINE: 'yes', HF_HUB_ETAG_TIMEOUT: '3' })).toMatchObject({
      cache: '/c',
      offline: true,
      headTimeoutMs: 3000,
    });
  });
});
