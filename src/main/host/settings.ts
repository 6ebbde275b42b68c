/** Contract namespace `settings`: threads, folders, judges with their keys, backups. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { RpcError } from '../../preload/contract/rpc.ts';
import type { JudgeEndpoint, JudgeTest, WorkspaceSettings } from '../../preload/contract/settings.ts';
import { parseUrl } from '../base/parse-url.ts';
import { hubSettings } from '../data/hub/settings.ts';
import { askChat, isHttpAddress, judgeKey } from '../evaluate/judges/chat-endpoint.ts';
import type { Handlers, HostServices } from './services.ts';
import { changeSettings, HUB_TOKEN, type JudgeEntry, judgeKeyName, readSettings } from './settings-file.ts';
import { shownPath } from './shown-path.ts';
import { backUp, storageUse } from './storage.ts';

/** A person waits for a test's answer. */
const TEST_MS = 20_000;

export const settingsHandlers = (services: HostServices): Handlers<'settings'> => {
  const { workspace, secrets, native } = services;
  const changed = (change: Parameters<typeof changeSettings>[1]) => {
    changeSettings(workspace, change);
    return settingsOf(services);
  };
  return {
    'settings.get': () => settingsOf(services),
    'settings.setThreads'({ threads }) {
      const cores = availableParallelism();
      if (threads > cores) throw new RpcError('invalid_input', `This computer has ${cores} threads, not ${threads}.`);
      return changed(() => ({ threads }));
    },
    async 'settings.putJudge'({ id = randomUUID(), name, url, model, key }) {
      const entry = { id, name, url: checkedAddress(url), model };
      const { judges } = readSettings(workspace);
      if (judges.some((judge) => judge.name === name && judge.id !== id))
        throw new RpcError('invalid_input', `There is a judge named "${name}" already.`);
      // a key belongs to the address it was entered for
      const moved = judges.some((judge) => judge.id === id && originOf(judge.url) !== originOf(url));
      if (key !== undefined) await secrets.set(judgeKeyName(id), key);
      else if (moved) await secrets.set(judgeKeyName(id), null);
      return changed(() => ({ judges: [...judges.filter((judge) => judge.id !== id), entry].sort(byName) }));
    },
    async 'settings.removeJudge'({ id }) {
      const { judges } = readSettings(workspace);
      if (!judges.some((judge) => judge.id === id)) throw judgeGone();
      await secrets.set(judgeKeyName(id), null);
      return changed(() => ({ judges: judges.filter((judge) => judge.id !== id) }));
    },
    'settings.testJudge'({ id }, { signal }) {
      const judge = readSettings(workspace).judges.find((each) => each.id === id);
      if (!judge) throw judgeGone();
      return testJudge(judge, secrets.get(judgeKeyName(id)) ?? undefined, signal);
    },
    async 'settings.setHubToken'({ token }) {
      await secrets.set(HUB_TOKEN, token === null ? null : token.trim());
      return settingsOf(services);
    },
    'settings.storage': () => storageUse(services),
    async 'settings.backup'() {
      backUp(services);
      return storageUse(services);
    },
    async 'settings.openWorkspace'() {
      if (!native?.showPath) throw new RpcError('no_windows', 'This host opens no windows of the system.');
      await native.showPath(workspace.home);
      return { ok: true };
    },
    async 'settings.changeWorkspace'() {
      const why = folderFixed(services);
      if (why !== null || !native?.changeWorkspace)
        throw new RpcError('no_change', why ?? 'It cannot be changed here.');
      return { changed: await native.changeWorkspace() };
    },
  };
};

const judgeGone = () => new RpcError('not_found', 'This judge does not exist any more.');
const byName = (a: JudgeEntry, b: JudgeEntry) => a.name.localeCompare(b.name);
const originOf = (url: string): string | null => parseUrl(url)?.origin ?? null;

/** An address that can be shown: a password in it would be a key in the settings. */
function checkedAddress(text: string): string {
  const url = text.trim();
  if (!isHttpAddress(url))
    throw new RpcError(
      'invalid_input',
      `url: an address such as http://127.0.0.1:8080/v1 was expected, found "${url}".`,
    );
  const { username, password } = new URL(url);
  if (username || password)
    throw new RpcError(
      'invalid_input',
      'url: leave name and password out of the address; enter the key in its own field.',
    );
  return url;
}

async function testJudge({ url, model }: JudgeEntry, key: string | undefined, signal: AbortSignal): Promise<JudgeTest> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const endpoint = { url, model, key: key ?? judgeKey(), rule: 'average', concurrency: 1, timeoutMs: TEST_MS } as const;
  try {
    const { text } = await askChat(endpoint, [{ role: 'user', content: 'Reply with the digit 1 alone.' }], signal);
    const works = /[1-5]/.test(text);
    const said = JSON.stringify(text.slice(0, 80));
    return {
      works,
      seconds: seconds(),
      message: works ? `It answered ${said}.` : `The digit 1 was asked for, ${said} came.`,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { works: false, seconds: seconds(), message: error instanceof Error ? error.message : String(error) };
  }
}

function settingsOf(services: HostServices): WorkspaceSettings {
  const { workspace, secrets } = services;
  const { threads, judges } = readSettings(workspace);
  const placeOf = (name: string, elsewhere: boolean): JudgeEndpoint['key'] => {
    if (secrets.get(name) !== null) return 'entered';
    if (elsewhere) return 'environment';
    return secrets.unopened(name) ? 'sealed' : 'none';
  };
  const judgeKeyIsSet = Boolean(judgeKey());
  return {
    threads,
    cores: availableParallelism(),
    folder: shownPath(workspace.home),
    folderFixed: folderFixed(services),
    keysKept: secrets.kept,
    judges: judges.map((judge) => ({ ...judge, key: placeOf(judgeKeyName(judge.id), judgeKeyIsSet) })),
    hubToken: placeOf(HUB_TOKEN, hubSettings('').token !== null),
  };
}

function folderFixed({ native, workspace }: HostServices): string | null {
  if (!native?.changeWorkspace) return 'A browser cannot change it: start the host with --home DIR, or PLUMB_HOME set.';
  return workspace.given ? `It was given by ${workspace.given} when the program was started.` : null;
}
