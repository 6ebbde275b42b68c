/** `app://plumbline/…`: the built page as a secure origin of its own; no file:// anywhere. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { protocol } from 'electron';
import type { FileTable } from '../host/file-table.ts';
import { readPageFile } from '../host/page-files.ts';
import { receiveUpload, UploadError } from '../host/upload.ts';
import { isOurs, ORIGIN, SCHEME } from './origin.ts';

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the page's files once the app is ready, and takes what was dropped on the window. */
export function servePage(rendererDir: string, files: FileTable): void {
  protocol.handle(SCHEME, async (request) => {
    const { url, method } = request;
    if (method === 'POST' && url === `${ORIGIN}/upload`) return await upload(request, files);
    if (!isOurs(url) || method !== 'GET') return new Response('Forbidden', { status: 403 });
    // the path as it was asked for: URL would resolve ".." and hide an escape
    const raw = /^[^:]+:\/\/[^/]*(\/[^?#]*)?/.exec(url)?.[1] ?? '/';
    const { status, headers, body } = await readPageFile(rendererDir, raw);
    return new Response(new Uint8Array(body), { status, headers: { ...headers } });
  });
}

const json = (status: number, value: unknown): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json; charset=utf-8' } });

/** A dropped file has no path in a sandboxed page: its bytes come this way. Only our own page can ask, no token is needed. */
async function upload(request: Request, files: FileTable): Promise<Response> {
  try {
    const body = request.body ? Readable.fromWeb(request.body as ReadableStream) : Readable.from([]);
    const handle = await receiveUpload({ body, headers: Object.fromEntries(request.headers) }, files);
    return json(200, handle);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return json(error instanceof UploadError ? error.status : 500, { error: { message } });
  }
}
