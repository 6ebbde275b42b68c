/** The namespace `settings` on a real host: judges and their keys, threads, storage; an endpoint is a server on loopback. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { judgeKeyOf, withJudge } from '../../src/main/host/run-judges.ts';
import { type KeyBox, keychainSecrets, sessionSecrets } from '../../src/main/host/secrets.ts';
import { judgeKeyName, threadBudget } from '../../src/main/host/settings-file.ts';
import type { JudgeTest, StorageUse, WorkspaceSettings } from '../../src/preload/contract/index.ts';
import { openTestHost, type TestHost } from './open-test-host.ts';

const KEY = 'sk-not-to-be-seen';
let test: TestHost;
let server: Server;
let url: string;
/** What the endpoint was asked with. */
let authorizations: (string | undefined)[];

beforeEach(async () => {
  test = openTestHost();
  authorizations = [];
  server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    const allowed = request.headers.authorization === `Bearer ${KEY}`;
    response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(allowed ? { choices: [{ message: { content: '1' } }] } : { error: 'key refused' }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await test.close();
});

const call = <T = WorkspaceSettings>(name: string, input: unknown = {}) =>
  test.connection.call(name, input) as Promise<T>;

const filesOfHome = (): string[] =>
  readdirSync(test.workspace.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(test.workspace.home, name))
    .filter((path) => statSync(path).isFile());

it('a judge is kept without its key, tested with it, and forgotten', async () => {
  const { judges, keysKept } = await call('settings.putJudge', { name: 'local', url, model: 'm', key: KEY });
  expect(keysKept).toBe('session');
  expect(judges).toEqual([{ id: expect.any(String), name: 'local', url, model: 'm', key: 'entered' }]);
  const [{ id }] = judges;
  expect(filesOfHome().some((path) => readFileSync(path, 'latin1').includes(KEY))).toBe(false);
  expect(JSON.stringify(await call('settings.get'))).not.toContain(KEY);
  expect(await call<JudgeTest>('settings.testJudge', { id })).toMatchObject({
    works: true,
    message: 'It answered "1".',
  });
  expect(authorizations).toEqual([`Bearer ${KEY}`]);
  // without a key in the change it stays; with another address it goes, as it was entered for the first one
  expect((await call('settings.putJudge', { id, name: 'local-2', url, model: 'm' })).judges[0].key).toBe('entered');
  const moved = await call('settings.putJudge', { id, name: 'local-2', url: 'http://127.0.0.1:9/v1', model: 'm' });
  expect(moved.judges[0].key).toBe('none');
  expect((await call('settings.removeJudge', { id })).judges).toEqual([]);
});

it('a refused key is told with what the server said; addresses and names that cannot be are refused', async () => {
  const { judges } = await call('settings.putJudge', { name: 'remote', url, model: 'm', key: 'wrong' });
  expect(await call<JudgeTest>('settings.testJudge', { id: judges[0].id })).toMatchObject({
    works: false,
    message: expect.stringMatching(/answered 401: .*key refused/),
  });
  const put = (change: object) => call('settings.putJudge', { name: 'x', url, model: 'm', ...change });
  await expect(put({ url: 'file:///etc/passwd' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(put({ url: 'http://me:secret@127.0.0.1/v1' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(put({ name: 'remote' })).rejects.toMatchObject({ message: 'There is a judge named "remote" already.' });
  await expect(put({ name: 'a b' })).rejects.toMatchObject({ code: 'invalid_input' });
});

it('a run names its judge: address and model are written into its config, the key goes to that address alone', async () => {
  const secrets = sessionSecrets();
  const { judges } = await call('settings.putJudge', { name: 'local', url, model: 'm' });
  await secrets.set(judgeKeyName(judges[0].id), KEY);
  const config = withJudge({ judge_endpoint: 'local' }, test.workspace);
  expect(config).toEqual({ judge_endpoint: 'local', judge_url: url, judge_model: 'm' });
  expect(judgeKeyOf({ config }, test.workspace, secrets)).toBe(KEY);
  const other = { ...config, judge_url: 'http://127.0.0.1:9/v1' };
  expect(judgeKeyOf({ config: other }, test.workspace, secrets)).toBeNull();
  expect(() => withJudge({ judge_endpoint: 'locl' }, test.workspace)).toThrow(/did you mean "local"/);
  const created = call('runs.create', {
    config: { method: 'online_dpo', model: 'helpful-reference', judge_endpoint: 'nobody' },
  });
  await expect(created).rejects.toMatchObject({ code: 'not_found' });
});

it('keys sealed by a keychain outlive the program, and only sealed ones are written', async () => {
  // each byte turned round: what a keychain does, for the file's sake
  const turned = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff);
  const box: KeyBox = {
    seal: async (text) => turned(Buffer.from(text)),
    open: async (sealed) => {
      const text = Buffer.from(turned(sealed)).toString();
      if (!text.startsWith('sk-')) throw new Error('sealed by somebody else');
      return text;
    },
  };
  const path = join(test.workspace.home, 'keys.json');
  const first = await keychainSecrets(path, box);
  await first.set('judge:a', KEY);
  expect(readFileSync(path, 'utf8')).not.toContain(KEY);
  expect(statSync(path).mode & 0o077).toBe(0);
  // where the keychain is not there, what it sealed stays, is told, and can be forgotten
  const elsewhere = sessionSecrets(path);
  expect([elsewhere.get('judge:a'), elsewhere.unopened('judge:a'), elsewhere.unopened('judge:b')]).toEqual([
    null,
    true,
    false,
  ]);
  await elsewhere.set('judge:a', 'sk-other');
  expect([elsewhere.get('judge:a'), elsewhere.unopened('judge:a')]).toEqual(['sk-other', false]);
  const stranger = await keychainSecrets(path, { ...box, open: () => Promise.reject(new Error('not mine')) });
  expect([stranger.get('judge:a'), stranger.unopened('judge:a')]).toEqual([null, true]);
  const second = await keychainSecrets(path, box);
  expect([second.get('judge:a'), second.unopened('judge:a')]).toEqual([KEY, false]);
  await second.set('judge:a', null);
  expect(existsSync(path)).toBe(false);
});

it('threads are a budget that no run goes beyond; more than there are is refused', async () => {
  const { cores } = await call('settings.get');
  expect(threadBudget(test.workspace)).toBe(cores);
  expect((await call('settings.setThreads', { threads: 1 })).threads).toBe(1);
  expect(threadBudget(test.workspace)).toBe(1);
  await expect(call('settings.setThreads', { threads: cores + 1 })).rejects.toMatchObject({ code: 'invalid_input' });
});

it('says what the workspace takes of the disk, and backs the database up', async () => {
  const before = await call<StorageUse>('settings.storage');
  expect(before.backup).toBeNull();
  expect(before.parts.find(({ what }) => what === 'database')?.bytes).toBeGreaterThan(0);
  const after = await call<StorageUse>('settings.backup');
  expect(after.backup?.bytes).toBeGreaterThan(0);
  expect(after.parts.find(({ what }) => what === 'backups')?.bytes).toBe(after.backup?.bytes);
});

it('opens nothing of the system in a browser', async () => {
  await expect(call('settings.openWorkspace')).rejects.toMatchObject({ code: 'no_windows' });
  await expect(call('settings.changeWorkspace')).rejects.toMatchObject({ code: 'no_change' });
  expect((await call('settings.get')).folderFixed).toMatch(/--home/);
});
