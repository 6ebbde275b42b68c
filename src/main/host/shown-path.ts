/** Folders as the user reads them; the page gets them to show, never to send. */
import { homedir } from 'node:os';
import { sep } from 'node:path';

/** "/home/ada/Plumbline" → "~/Plumbline". */
export function shownPath(path: string, home: string = homedir()): string {
  if (path === home) return '~';
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
