/** Files of the built page, by URL path: nothing outside their folder is ever read. */
import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { contentSecurityPolicy, securePage, securityHeaders } from './content-security.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.map': 'application/json; charset=utf-8',
};

export interface PageAnswer {
  readonly status: 200 | 400 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers for the pathname of a URL, still percent-encoded; "/" is index.html. `connect`: see `PolicyOptions`. */
export async function readPageFile(folder: string, pathname: string, connect?: string): Promise<PageAnswer> {
  const nonce = randomBytes(16).toString('base64');
  const headers = securityHeaders(contentSecurityPolicy({ nonce, connect }));
  const refuse = (status: 400 | 404): PageAnswer => ({
    status,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' },
    body: Buffer.from(status === 400 ? 'Bad request' : 'Not found'),
  });
  const relative = decodePath(pathname);
  if (relative === undefined) return refuse(400);
  const path = await insideFolder(folder, relative);
  const type = TYPES[extname(relative)];
  if (!path || !type) return refuse(404);
  const body = await readFile(path);
  const answer = (content: Buffer, caching: string): PageAnswer => ({
    status: 200,
    headers: { ...headers, 'Content-Type': type, 'Cache-Control': caching },
    body: content,
  });
  // what the build puts into assets/ carries a hash of its content in its name; a page's nonce must not live longer than the page
  const hashed = relative.startsWith('assets/');
  if (extname(relative) !== '.html') return answer(body, hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  return answer(Buffer.from(securePage(body.toString('utf8'), { nonce, connect })), 'no-store');
}

/** The decoded path below the folder, or undefined when it tries to leave it or makes no sense. */
function decodePath(pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || /[\0\\]/.test(path) || path.split('/').includes('..')) return undefined;
  return path === '/' ? 'index.html' : path.slice(1);
}

/** The real path when there is such a file inside `folder`, links followed. */
async function insideFolder(folder: string, relative: string): Promise<string | undefined> {
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, relative))]);
    return path.startsWith(root + sep) ? path : undefined;
  } catch {
    return undefined; // there is no such file
  }
}
