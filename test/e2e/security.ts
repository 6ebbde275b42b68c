/** Specs of the boundary on a real window: what a page that turned hostile can not do. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Spec } from './stage.ts';

/** What a hostile script in the page would try: each is an expression or a statement list that returns. */
const ATTEMPTS = {
  eval: "return Function('return 1')()",
  inlineScript: `const script = document.createElement('script');
    script.textContent = 'window.hacked = true';
    document.head.append(script);
    return 'hacked' in window`,
  inlineStyle: `const style = document.createElement('style');
    style.textContent = 'body { --hacked: 1 }';
    document.head.append(style);
    return getComputedStyle(document.body).getPropertyValue('--hacked') !== ''`,
  fetchOutside: "return fetch('http://127.0.0.1:9/', { mode: 'no-cors' }).then(() => 'fetched')",
  camera: "return navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'open')",
  notifications: 'return Notification.requestPermission()',
  openWindow: "return window.open('https://evil.example/') !== null",
  node: "return ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window).join()",
  webview: `const view = document.createElement('webview');
    view.setAttribute('src', 'https://evil.example/');
    document.body.append(view);
    return 'getWebContentsId' in view`,
  bridge: 'return Object.keys(window.plumbline).sort().join()',
} as const;

/** What the page's own script gets for an attempt: its value, or "refused". From a timer, as the debugger's own code is let through the policy. */
const attempt = (page: Page, name: keyof typeof ATTEMPTS): Promise<unknown> =>
  page.evaluate(`new Promise((resolve) => setTimeout(async () => {
    try { resolve(await (async () => { ${ATTEMPTS[name]} })()); } catch { resolve('refused'); }
  }))`);

export const securitySpecs: readonly Spec[] = [
  {
    name: 'the page runs its own script and style only, and reaches its own host only',
    async run({ page }) {
      assert.equal(await attempt(page, 'eval'), 'refused');
      assert.equal(await attempt(page, 'inlineScript'), false);
      assert.equal(await attempt(page, 'inlineStyle'), false);
      assert.equal(await attempt(page, 'fetchOutside'), 'refused');
    },
  },
  {
    name: 'the page has no Node and no webview, and two functions of ours',
    hosts: ['desktop'],
    async run({ page }) {
      assert.equal(await attempt(page, 'node'), '');
      assert.equal(await attempt(page, 'webview'), false);
      assert.equal(await attempt(page, 'bridge'), 'onMessage,post');
    },
  },
  {
    name: 'the window is sandboxed and isolated',
    hosts: ['desktop'],
    async run({ app }) {
      const preferences = await app?.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        const contents = window.webContents as typeof window.webContents & { getLastWebPreferences(): unknown };
        return contents.getLastWebPreferences() as Record<string, unknown>;
      });
      const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = preferences ?? {};
      assert.deepEqual(
        { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity },
        { sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false, webSecurity: true },
      );
    },
  },
  {
    name: 'no permission is granted',
    hosts: ['desktop'],
    async run({ page }) {
      assert.equal(await attempt(page, 'camera'), 'refused');
      assert.equal(await attempt(page, 'notifications'), 'denied');
    },
  },
  {
    name: 'the window neither leaves its origin nor opens another',
    hosts: ['desktop'],
    async run({ page, app }) {
      const before = page.url();
      assert.equal(await attempt(page, 'openWindow'), false);
      for (const target of ['https://evil.example/', 'file:///etc/passwd', 'app://plumbline.evil/index.html'])
        await page.evaluate(`location.href = ${JSON.stringify(target)}`);
      await page.waitForTimeout(500);
      assert.equal(page.url().split('#')[0], before.split('#')[0]);
      assert.equal(app?.windows().length, 1);
    },
  },
  {
    name: 'app:// gives nothing outside the page',
    hosts: ['desktop'],
    async run({ page }) {
      const statuses = await page.evaluate(async () => {
        const found: Record<string, number> = {};
        for (const path of ['index.html', '..%2f..%2fpackage.json', '%2e%2e/main/index.cjs', '..%5cmain', '%00'])
          found[path] = await fetch(`app://plumbline/${path}`).then(
            (r) => r.status,
            () => 0,
          );
        return found;
      });
      assert.equal(statuses['index.html'], 200);
      for (const [path, status] of Object.entries(statuses))
        if (path !== 'index.html') assert.notEqual(status, 200, path);
    },
  },
  {
    name: 'a window of another origin gets no answer from the host',
    hosts: ['desktop'],
    async run({ app }) {
      const answers = await app?.evaluate(async ({ BrowserWindow, app: program }) => {
        const preload = `${program.getAppPath()}/out/preload/index.cjs`;
        const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await other.loadURL('data:text/html,other');
        const count = await other.webContents.executeJavaScript(`new Promise((resolve) => {
          let answers = 0;
          window.plumbline.onMessage(() => answers++);
          window.plumbline.post(JSON.stringify({ type: 'open', id: 1, name: 'runs.list', input: {} }));
          setTimeout(() => resolve(answers), 500);
        })`);
        other.destroy();
        return count as number;
      });
      assert.equal(answers, 0);
    },
  },
  {
    name: 'the token leaves the address bar',
    hosts: ['browser'],
    async run({ page, url }) {
      await page.getByRole('heading', { level: 1 }).waitFor();
      const token = String(url).split('token=')[1];
      assert.ok(token.length >= 43);
      assert.ok(!page.url().includes(token));
    },
  },
];
