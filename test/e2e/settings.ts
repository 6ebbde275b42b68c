/** Specs of Settings, the palette's new entries, and what the desktop adds: menus, messages, the window's place. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { holds, judgeServer, KEY } from './judge-server.ts';
import { openWindow, type Spec } from './stage.ts';
import { MODEL, withModelAndPairs } from './workspace.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (let wait = 0; wait < 300; wait++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('waited 30 s in vain');
}

/** The program whose data lies there, its helpers left out; `not` is another one's. */
function mainProcess(data: string, not: number): number | undefined {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1');
    } catch {
      return ''; // it has ended, or is another user's
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== not)
    .filter((pid) => read(pid, 'environ').includes(`XDG_DATA_HOME=${data}\0`))
    .filter((pid) => !/--type=|worker|generator/.test(read(pid, 'cmdline')) && read(pid, 'cmdline') !== '')
    .map(Number)[0];
}

export const settingsSpecs: readonly Spec[] = [
  {
    name: 'settings: a judge is added, tested, corrected and removed; its key is nowhere to be read',
    async run({ page, home }) {
      const { server, url } = await judgeServer();
      try {
        await page.getByRole('link', { name: 'Settings', exact: true }).click();
        await page.getByRole('button', { name: 'Add judge' }).click();
        const form = page.getByRole('form', { name: 'New judge' });
        await form.getByRole('textbox', { name: 'Name' }).fill('local');
        await form.getByRole('textbox', { name: 'Address' }).fill('localhost:1');
        await form.getByRole('textbox', { name: 'Model' }).fill('m');
        await form.getByRole('textbox', { name: 'Key' }).fill('wrong');
        await form.getByRole('button', { name: 'Save judge' }).click();
        await form.getByText(/an address such as http/).waitFor();
        await form.getByRole('textbox', { name: 'Address' }).fill(url);
        await form.getByRole('button', { name: 'Save judge' }).click();
        await form.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Test local' }).click();
        await page.getByText(/answered 401/).waitFor();

        await page.getByRole('button', { name: 'Change local' }).click();
        const change = page.getByRole('form', { name: 'Change local' });
        assert.equal(await change.getByRole('textbox', { name: 'Key' }).inputValue(), '');
        await change.getByRole('textbox', { name: 'Key' }).fill(KEY);
        await change.getByRole('button', { name: 'Save judge' }).click();
        await change.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Test local' }).click();
        await page.getByText(/answers in \d/).waitFor();
        assert.ok(!(await page.content()).includes(KEY), 'the key is not on the page');
        assert.ok(!holds(home, KEY), 'the key is in no file');

        await page.getByRole('button', { name: 'Remove local' }).click();
        await page.getByRole('dialog', { name: 'Remove local?' }).getByRole('button', { name: 'Remove judge' }).click();
        await page.getByText(/^No judge yet\./).waitFor();
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
  },
  {
    name: 'settings: threads are kept, the database is backed up, the folder is shown',
    async run({ page, home }) {
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      const threads = page.getByRole('textbox', { name: 'Number of threads' });
      await threads.fill('1');
      await threads.blur();
      await page.getByRole('button', { name: 'Back up now' }).click();
      await page.getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d, /).waitFor();
      assert.equal(readdirSync(join(home, 'backups')).length, 1);
      const kept = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')) as { threads: number };
      const all = await threads.evaluate((field) => (field as HTMLInputElement).getAttribute('max'));
      assert.ok(kept.threads === 1 || all === '1');
      await page.getByText(home.replace(process.env.HOME ?? '\0', '~'), { exact: true }).waitFor();
    },
  },
  {
    name: 'settings: a browser says how another workspace is opened',
    hosts: ['browser'],
    async run({ page }) {
      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByText(/A browser cannot change it: start the host with --home DIR/).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Change', exact: true }).count(), 0);
    },
  },
  {
    name: 'settings: another workspace opens after a restart, and the one before stays as it was',
    hosts: ['desktop'],
    // other systems keep their data where no variable can move it
    missing: () => (process.platform === 'linux' ? undefined : 'played on Linux only'),
    async run() {
      const data = mkdtempSync(join(tmpdir(), 'plumb-move-'));
      const [first, chosen] = [join(data, 'plumbline'), join(data, 'elsewhere')];
      mkdirSync(chosen);
      const app = await openWindow({ XDG_DATA_HOME: data });
      let moved: number | undefined;
      try {
        const page = await app.firstWindow();
        await page.getByRole('link', { name: 'Settings', exact: true }).click();
        await page.getByText(first, { exact: true }).waitFor();
        await app.evaluate(({ dialog }, path) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
        }, chosen);
        const ended = new Promise<void>((done) => app.process().once('exit', () => done()));
        await page.getByRole('button', { name: 'Change', exact: true }).click();
        await ended;
        // the program that was started again is none of this one's children
        moved = await waitFor(() => mainProcess(data, app.process().pid ?? 0));
        await waitFor(() => (existsSync(join(chosen, 'plumbline.db')) ? true : undefined));
        assert.equal(
          (JSON.parse(readFileSync(join(first, 'workspace.json'), 'utf8')) as { home: string }).home,
          chosen,
        );
        assert.ok(existsSync(join(first, 'plumbline.db')));
      } finally {
        await app.close().catch(() => undefined);
        if (moved !== undefined) process.kill(moved, 'SIGTERM');
        await waitFor(() => (mainProcess(data, 0) === undefined ? true : undefined));
        rmSync(data, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  },
  {
    name: 'the palette finds models and actions, and does what they say',
    prepare: withModelAndPairs,
    async run({ page }) {
      await heading(page, 'Home');
      const find = async (asked: string, name: RegExp) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
        await page.keyboard.type(asked);
        await page.getByRole('option', { name }).waitFor();
        await page.keyboard.press('Enter');
      };
      await find(MODEL, new RegExp(MODEL));
      await heading(page, MODEL);
      await find('from the hub', /Import a model from the hub/);
      await heading(page, 'Add model');
      await find('theme: dark', /Theme: dark/);
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
      await find('keyboard', /Keyboard shortcuts/);
      const list = page.getByRole('dialog', { name: 'Shortcuts' });
      await list.getByText('G then M').waitFor();
      await page.keyboard.press('Escape');
      await list.waitFor({ state: 'detached' });
    },
  },
  {
    name: "the desktop's menus lead to pages and open what lies over them",
    hosts: ['desktop'],
    async run({ page, app }) {
      await heading(page, 'Home');
      const press = (label: string) =>
        app?.evaluate(({ Menu }, wanted) => {
          const all = (Menu.getApplicationMenu()?.items ?? []).flatMap((item) => item.submenu?.items ?? []);
          all.find((item) => item.label === wanted)?.click();
        }, label);
      await press('Add a model…');
      await heading(page, 'Add model');
      await press('Keyboard shortcuts');
      await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
      await press('Settings');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await heading(page, 'Settings');
      await press('Command palette');
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    },
  },
  {
    name: 'the window opens where it was closed',
    hosts: ['desktop'],
    async run({ page, app, home }) {
      await heading(page, 'Home');
      await app?.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0].setBounds({ x: 40, y: 60, width: 1111, height: 777 }),
      );
      const kept = join(home, 'browser/window.json');
      await app?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
      for (let wait = 0; wait < 100 && !existsSync(kept); wait++) await new Promise((done) => setTimeout(done, 50));
      const { width, height } = JSON.parse(readFileSync(kept, 'utf8')) as { width: number; height: number };
      assert.deepEqual([width, height], [1111, 777]);
    },
  },
];
