/** The desktop app: one window over one host. */
import { join } from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import { speakOfSchemas } from './base/schema-words.ts';
import { showStartError } from './desktop/dialogs.ts';
import { serveContents } from './desktop/ipc-port.ts';
import { systemKeyBox } from './desktop/key-box.ts';
import { setMenu } from './desktop/menu.ts';
import { nativeServices } from './desktop/native.ts';
import { tellOfRuns } from './desktop/notices.ts';
import { registerScheme, servePage } from './desktop/protocol.ts';
import { denyPermissions, guardContents } from './desktop/security.ts';
import { utilityJobs, utilityProcesses } from './desktop/utility-jobs.ts';
import { createWindow } from './desktop/window.ts';
import { type Host, openHost } from './host/host.ts';
import { keychainSecrets, sessionSecrets } from './host/secrets.ts';
import { resolveWorkspace } from './host/workspace.ts';
import { BEHIND_PAGE } from './jobs/priority.ts';

const here = import.meta.dirname;
speakOfSchemas();

/** `--home DIR`, as everywhere; Electron's own switches are left alone. */
function homeOption(): string | undefined {
  const at = process.argv.indexOf('--home');
  return at >= 0 ? process.argv[at + 1] : undefined;
}

function openWindow(host: Host): void {
  const window = createWindow(join(here, '../preload/index.cjs'));
  serveContents(window.webContents, host.handle);
}

/** The host saves what runs before the app leaves. */
function closeBeforeQuit(host: Host): void {
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void host.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}

async function main(): Promise<void> {
  const workspace = resolveWorkspace(homeOption());
  // Chromium's own files stay inside the workspace as well, and one workspace has one window
  app.setPath('userData', join(workspace.home, 'browser'));
  if (!app.requestSingleInstanceLock()) return app.quit();
  // Chromium refuses to sandbox root; such a start says so itself (CI, containers)
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerScheme();
  guardContents();
  await app.whenReady();
  denyPermissions(session.defaultSession);
  const box = systemKeyBox();
  const keys = join(workspace.home, 'keys.json');
  const secrets = box ? await keychainSecrets(keys, box) : sessionSecrets(keys);
  const spawn = utilityJobs(join(here, 'worker.cjs'));
  const spawnGeneration = utilityProcesses(join(here, 'generator.cjs'), 'plumbline-generator', BEHIND_PAGE.generation);
  const host = openHost({ kind: 'desktop', workspace, spawn, spawnGeneration, native: nativeServices, secrets });
  setMenu((command) => host.command(command));
  tellOfRuns(host, () => BrowserWindow.getAllWindows()[0]);
  servePage(join(here, '../renderer'), host.files);
  closeBeforeQuit(host);
  openWindow(host);
  app.on('second-instance', () => BrowserWindow.getAllWindows()[0]?.focus());
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(host);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
}

main().catch((error: unknown) => {
  showStartError(error);
  app.exit(1);
});
