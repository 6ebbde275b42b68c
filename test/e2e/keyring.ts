/** Keys of judges and a real keyring: gnome-keyring on a message bus of its own, asked by the desktop as on anybody's computer. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { holds, judgeServer, KEY } from './judge-server.ts';
import { openWindow, type Spec } from './stage.ts';

const needed = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'];
const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

type Variables = Readonly<Record<string, string>>;

interface Keyring {
  /** What a program needs to find it. */
  readonly env: Variables;
  close(): void;
}

/** A keyring of its own below `folder`, open. */
async function startKeyring(folder: string): Promise<Keyring> {
  const own = { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: join(folder, 'runtime') };
  for (const path of Object.values(own)) mkdirSync(path, { recursive: true, mode: 0o700 });
  const env: Record<string, string> = { ...(process.env as Record<string, string>), ...own };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus);
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const close = () => {
    keyring.kill();
    bus.kill();
  };
  keyring.stdin.end('a password of this spec');
  await nameOnBus('org.freedesktop.secrets', env).catch((error: unknown) => {
    close();
    throw error;
  });
  const { DBUS_SESSION_BUS_ADDRESS } = env;
  return {
    // Chromium asks the Secret Service where the desktop is one that it knows to have it
    env: { ...own, DBUS_SESSION_BUS_ADDRESS, XDG_CURRENT_DESKTOP: 'GNOME' },
    close,
  };
}

function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((found, fail) => {
    let text = '';
    program.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('\n')) found(text.slice(0, text.indexOf('\n')));
    });
    program.once('exit', (code) => fail(new Error(`${program.spawnfile} ended with code ${code}`)));
  });
}

/** Until the service answers on the bus. */
async function nameOnBus(name: string, env: Variables): Promise<void> {
  const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  for (let wait = 0; wait < 100; wait++) {
    const { stdout } = spawnSync('dbus-send', [...ask, 'org.freedesktop.DBus.NameHasOwner', `string:${name}`], { env });
    if (String(stdout).includes('true')) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${name} did not come up on the bus within 10 s`);
}

/** Opens the desktop on the workspace, plays in Settings, and closes it. */
async function inSettings(env: Variables, play: (page: Page) => Promise<void>): Promise<void> {
  const app = await openWindow(env);
  try {
    const page = await app.firstWindow();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await play(page);
  } finally {
    await app.close();
  }
}

const works = async (page: Page) => {
  await page.getByRole('button', { name: 'Test local' }).click();
  await page.getByText(/answers in \d/).waitFor();
};

const sealedKeys = (home: string): string[] =>
  Object.values(JSON.parse(readFileSync(join(home, 'keys.json'), 'utf8')) as Record<string, string>);

export const keyringSpecs: readonly Spec[] = [
  {
    name: 'keyring: a key is sealed by it and outlives the program; without the keyring the page says that it is not opened',
    hosts: ['desktop'],
    missing() {
      if (process.platform !== 'linux') return 'played on Linux only';
      const absent = needed.find((program) => !has(program));
      return absent && `${absent} is not installed`;
    },
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'plumb-keyring-'));
      const home = join(folder, 'workspace');
      const { server, url } = await judgeServer();
      const keyring = await startKeyring(join(folder, 'user'));
      const withKeyring = { ...keyring.env, PLUMB_HOME: home };
      const without = { PLUMB_HOME: home, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', XDG_CURRENT_DESKTOP: '' };
      try {
        await inSettings(withKeyring, async (page) => {
          await page.getByRole('button', { name: 'Add judge' }).click();
          const form = page.getByRole('form', { name: 'New judge' });
          await form.getByText('Kept by the system keychain, never in the database.').waitFor();
          await form.getByRole('textbox', { name: 'Name' }).fill('local');
          await form.getByRole('textbox', { name: 'Address' }).fill(url);
          await form.getByRole('textbox', { name: 'Model' }).fill('m');
          await form.getByRole('textbox', { name: 'Key' }).fill(KEY);
          await form.getByRole('button', { name: 'Save judge' }).click();
          await page.getByRole('cell', { name: 'in the system keychain' }).waitFor();
          await works(page);
        });
        assert.equal(statSync(join(home, 'keys.json')).mode & 0o077, 0, 'nobody else reads the file');
        const [sealed] = sealedKeys(home);
        // Chromium's mark of a key from the keyring; v10 would be the password that everybody knows
        assert.equal(Buffer.from(sealed, 'base64').subarray(0, 3).toString(), 'v11');
        assert.ok(!holds(home, KEY), 'the key is in no file of the workspace');

        await inSettings(withKeyring, async (page) => {
          await page.getByRole('cell', { name: 'in the system keychain' }).waitFor();
          await works(page);
        });

        await inSettings(without, async (page) => {
          await page.getByRole('cell', { name: 'sealed, not opened here: enter it again' }).waitFor();
          await page.getByRole('button', { name: 'Change local' }).click();
          const form = page.getByRole('form', { name: 'Change local' });
          await form.getByText(/^This system has no keychain for it/).waitFor();
          await form.getByRole('textbox', { name: 'Key' }).fill(KEY);
          await form.getByRole('button', { name: 'Save judge' }).click();
          await page.getByRole('cell', { name: 'until the program ends' }).waitFor();
          await works(page);
        });
        assert.deepEqual(sealedKeys(home), [sealed], 'what the keyring sealed is left as it was');
        assert.ok(!holds(home, KEY), 'a key of the session is written nowhere');

        await inSettings(withKeyring, async (page) => {
          await works(page);
          await page.getByRole('button', { name: 'Change local' }).click();
          await page.getByRole('button', { name: 'Forget the key' }).click();
          await page.getByRole('cell', { name: 'none', exact: true }).waitFor();
        });
        assert.ok(!existsSync(join(home, 'keys.json')), 'a forgotten key leaves nothing behind');
      } finally {
        keyring.close();
        server.closeAllConnections();
        server.close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  },
];
