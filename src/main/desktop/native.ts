/** What the desktop gives its host: dialogs, the system's window for files, and another workspace. */
import { stat } from 'node:fs/promises';
import { app, shell } from 'electron';
import type { NativeServices } from '../host/services.ts';
import { chooseHome } from '../host/workspace.ts';
import { pickPath } from './dialogs.ts';

export const nativeServices: NativeServices = {
  pickPath,
  async showPath(path) {
    if (!(await stat(path)).isDirectory()) return shell.showItemInFolder(path);
    const problem = await shell.openPath(path);
    if (problem !== '') throw new Error(`The folder could not be opened: ${problem}`);
  },
  async changeWorkspace() {
    const home = await pickPath('Workspace folder', [], 'folder');
    if (home === null) return false;
    chooseHome(home);
    // after this call is answered; what runs is saved first, as always
    setImmediate(() => {
      app.relaunch();
      app.quit();
    });
    return true;
  },
};
