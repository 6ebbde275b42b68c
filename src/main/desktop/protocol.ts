/** `app://plumbline/…`: the built page as a secure origin of its own; no file:// anywhere. */
import { protocol } from 'electron';
import { readPageFile } from '../host/page-files.ts';
import { isOurs, SCHEME } from './origin.ts';

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the page's files once the app is ready. */
export function servePage(rendererDir: string): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    if (!isOurs(url) || method !== 'GET') return new Response('Forbidden', { status: 403 });
    // the path as it was asked for: URL would resolve ".." and hide an escape
    const raw = /^[^:]+:\/\/[^/]*(\/[^?#]*)?/.exec(url)?.[1] ?? '/';
    const { status, headers, body } = await readPageFile(rendererDir, raw);
    return new Response(new Uint8Array(body), { status, headers: { ...headers } });
  });
}
