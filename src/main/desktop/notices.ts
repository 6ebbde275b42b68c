/** Messages of the system when a run ends while nobody looks at the window. */
import { type BrowserWindow, Notification } from 'electron';
import type { RunSummary } from '../../preload/contract/runs.ts';
import type { Host } from '../host/host.ts';
import { noticeOf, runEnds } from './run-ends.ts';

/** `window` is asked for each time: it may have been closed and opened again. Returns a function that ends it. */
export function tellOfRuns(host: Host, window: () => BrowserWindow | undefined): () => void {
  return runEnds(host.runner, (run) => {
    if (window()?.isFocused() || !Notification.isSupported()) return;
    const notice = new Notification(noticeOf(run));
    notice.on('click', () => open(host, window(), run));
    notice.show();
  });
}

function open(host: Host, window: BrowserWindow | undefined, run: RunSummary): void {
  if (window?.isMinimized()) window.restore();
  window?.show();
  window?.focus();
  host.command({ path: `/runs/${run.id}` });
}
