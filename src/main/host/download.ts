/** `POST /download`: a file that the host handed to the page leaves through the browser's own download. */
import { createReadStream, statSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileTable } from './file-table.ts';

/** The path behind the handle in `x-file-id`; undefined for a folder, or a handle that this session never gave out. */
export function downloadedPath(headers: IncomingHttpHeaders, files: FileTable): string | undefined {
  try {
    const { path } = files.get(String(headers['x-file-id']));
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Streams the file: it may be larger than the memory. A page that goes away ends it. */
export async function sendDownload(response: ServerResponse, path: string): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': statSync(path).size,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  await pipeline(createReadStream(path), response).catch(() => response.destroy());
}
