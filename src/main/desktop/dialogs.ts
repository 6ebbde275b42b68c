/** Native dialogs: a file to open, and the reason when the program cannot start. */
import { BrowserWindow, dialog } from 'electron';

/** The path the user chose, or null. */
export async function pickPath(
  title: string,
  extensions: readonly string[],
  kind: 'file' | 'folder',
): Promise<string | null> {
  const filters =
    kind === 'folder'
      ? []
      : [
          ...(extensions.length > 0 ? [{ name: title, extensions: [...extensions] }] : []),
          { name: 'All files', extensions: ['*'] },
        ];
  const options = {
    title,
    filters,
    properties: [kind === 'file' ? ('openFile' as const) : ('openDirectory' as const), 'createDirectory' as const],
  };
  const window = BrowserWindow.getFocusedWindow();
  const chosen = window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options);
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
}

export function showStartError(error: unknown): void {
  dialog.showErrorBox('Plumbline cannot start', error instanceof Error ? error.message : String(error));
}
