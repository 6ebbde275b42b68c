/** What no page may do: navigate away, open windows, embed webviews, ask for devices. */
import { app, type Session, shell, type WebContents } from 'electron';
import { isOurBlob, isOurs, mayOpenOutside } from './origin.ts';

/** Refuses every permission, asked for or checked, and every download but of what the page made. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // what the page itself made (a chart, a log) goes through the system's save dialog; nothing else is downloaded
  session.on('will-download', (event, item) => {
    if (!isOurBlob(item.getURL())) event.preventDefault();
  });
}

/** Guards every contents that is ever created, frames and webviews included. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => guard(contents));
}

function guard(contents: WebContents): void {
  const refuseForeign = (event: { preventDefault(): void; url?: string }, url?: string): void => {
    const target = event.url ?? url ?? '';
    if (isOurs(target)) return;
    event.preventDefault();
    openOutside(target);
  };
  contents.on('will-navigate', refuseForeign);
  contents.on('will-redirect', refuseForeign);
  // a frame has no business outside either, and nothing is opened for it
  contents.on('will-frame-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

function openOutside(url: string): void {
  if (mayOpenOutside(url)) void shell.openExternal(url);
}
