/** A hub on this machine's loopback that speaks the real one's protocol: an API with small files, and a second origin for large ones, with faults on request. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const FIRST = 'a'.repeat(40);
export const SECOND = 'b'.repeat(40);
export const TOKEN = 'hf_right';

/** Files above this many bytes are "large": SHA-256 etag, content at the second origin. */
const LARGE = 1000;

export interface Faults {
  /** The next so many GETs of content are cut after these bytes. */
  cuts: number[];
  /** Content stops coming after these bytes, and the connection stays open. */
  stall: number | null;
  /** Ranges are not understood. */
  ignoreRange: boolean;
  /** Statuses of the next answers of the API and of resolve. */
  statuses: number[];
  /** The next content is changed, or has bytes behind it. */
  content: 'right' | 'changed' | 'longer';
  /** The second origin refuses its signed address so many times. */
  expired: number;
  /** The size of large files is not told. */
  noSize: boolean;
  /** Asked for the second time, a large file has another etag. */
  moves: boolean;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  readonly origin: 'hub' | 'storage';
}

export interface TestHub {
  readonly endpoint: string;
  readonly seen: Seen[];
  readonly faults: Faults;
  /** What `main` stands for. */
  main: string;
  close(): Promise<void>;
}

const sha = (kind: string, ...parts: (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash(kind)).digest('hex');

export const etagOf = (content: Uint8Array): string =>
  content.length > LARGE ? sha('sha256', content) : sha('sha1', `blob ${content.length}\0`, content);

export type Repositories = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>>>;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `repositories`: name → commit → path → content. "gated/model" needs the token; "old/name" has moved to "new/name". */
export async function startHub(repositories: Repositories): Promise<TestHub> {
  const faults: Faults = {
    cuts: [],
    stall: null,
    ignoreRange: false,
    statuses: [],
    content: 'right',
    expired: 0,
    noSize: false,
    moves: false,
  };
  const seen: Seen[] = [];
  const blobs = new Map<string, Uint8Array>();
  for (const commits of Object.values(repositories))
    for (const files of Object.values(commits))
      for (const content of Object.values(files)) blobs.set(etagOf(content), content);
  const note = (request: IncomingMessage, origin: Seen['origin']) =>
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      range: request.headers.range,
      authorization: request.headers.authorization,
      origin,
    });

  const storage = createServer((request, response) => {
    note(request, 'storage');
    // a signed address is refused with a token: it belongs to another origin
    if (request.headers.authorization !== undefined) {
      response.writeHead(400).end();
      return;
    }
    if (faults.expired > 0) {
      faults.expired--;
      response.writeHead(403).end();
      return;
    }
    send(request, response, blobs.get((request.url ?? '').slice(1)) ?? new Uint8Array(), faults);
  });
  const storageAt = await listen(storage);

  const hub: TestHub = {
    endpoint: '',
    seen,
    faults,
    main: FIRST,
    close: async () => {
      for (const server of [api, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  const api = createServer((request, response) => {
    note(request, 'hub');
    const status = faults.statuses.shift();
    if (status === 429) {
      response.writeHead(429, { 'retry-after': '1' }).end();
      return;
    }
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    answer(request, response, repositories, hub, storageAt);
  });
  return Object.assign(hub, { endpoint: await listen(api) });
}

function fail(response: ServerResponse, status: number, code: string, message = ''): void {
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end();
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: Repositories,
  hub: TestHub,
  storage: string,
): void {
  const url = new URL(request.url ?? '', hub.endpoint);
  const parts = /^(\/api\/models)?\/([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)(?:\/(.*))?$/.exec(url.pathname);
  if (!parts) {
    fail(response, 404, 'EntryNotFound');
    return;
  }
  const [, , id, action, revision, file = ''] = parts;
  if (id === 'old/name') {
    response.writeHead(307, { location: (request.url ?? '').replace('old/name', 'new/name') }).end();
    return;
  }
  const token = request.headers.authorization;
  if (token !== undefined && token !== `Bearer ${TOKEN}` && token !== 'Bearer hf_stranger') {
    fail(response, 401, '', 'Invalid credentials in Authorization header');
    return;
  }
  if (id === 'gated/model' && token === undefined) {
    fail(response, 401, 'GatedRepo');
    return;
  }
  if (id === 'gated/model' && token !== `Bearer ${TOKEN}`) {
    fail(response, 403, 'GatedRepo');
    return;
  }
  const commits = repositories[id];
  if (!commits) {
    fail(response, token === undefined ? 401 : 404, 'RepoNotFound');
    return;
  }
  const wanted = decodeURIComponent(revision);
  const isMain = wanted === 'main' || wanted === 'refs/pr/1';
  const commit = isMain ? hub.main : ['v1', 'feature/x'].includes(wanted) ? FIRST : wanted;
  const files = commits[commit];
  if (!files) {
    fail(response, 404, 'RevisionNotFound');
    return;
  }
  if (action === 'revision') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id, sha: commit }));
    return;
  }
  if (action === 'tree') {
    listing(url, response, files);
    return;
  }
  const content = files[decodeURIComponent(file)];
  if (!content) {
    fail(response, 404, 'EntryNotFound');
    return;
  }
  const etag = etagOf(content);
  response.setHeader('x-repo-commit', commit);
  if (content.length > LARGE) {
    const again = hub.seen.filter(({ method, path }) => method === 'HEAD' && path === request.url).length > 1;
    response.writeHead(302, {
      location: `${storage}/${etag}`,
      'x-linked-etag': hub.faults.moves && again ? `"${'0'.repeat(64)}"` : `"${etag}"`,
      ...(hub.faults.noSize ? {} : { 'x-linked-size': String(content.length) }),
    });
    response.end();
    return;
  }
  response.setHeader('etag', `"${etag}"`);
  if (request.method === 'HEAD') {
    response.setHeader('content-length', content.length);
    response.end();
    return;
  }
  send(request, response, content, hub.faults);
}

/** Two pages. */
function listing(url: URL, response: ServerResponse, files: Readonly<Record<string, Uint8Array>>): void {
  const entries = Object.entries(files).map(([path, content]) => ({
    type: 'file',
    path,
    size: content.length,
    oid: sha('sha1', `blob ${content.length}\0`, content),
    ...(content.length > LARGE ? { lfs: { oid: etagOf(content), size: content.length, pointerSize: 130 } } : {}),
  }));
  const isFirst = !url.searchParams.has('cursor');
  const half = Math.ceil(entries.length / 2);
  if (isFirst) {
    url.searchParams.set('cursor', 'next');
    response.setHeader('link', `<${url.href}>; rel="next"`);
  }
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify(isFirst ? [{ type: 'directory', path: 'sub' }, ...entries.slice(0, half)] : entries.slice(half)),
  );
}

function send(request: IncomingMessage, response: ServerResponse, content: Uint8Array, faults: Faults): void {
  const range = faults.ignoreRange ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  if (start > 0 && start >= content.length) {
    response.writeHead(416).end();
    return;
  }
  let body: Uint8Array = content.slice(start);
  if (faults.content === 'changed') body = body.map((byte) => byte ^ 1);
  if (faults.content === 'longer') body = Buffer.concat([body, Buffer.of(1, 2, 3)]);
  faults.content = 'right';
  const headers = { 'content-length': String(body.length) };
  if (range)
    response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` });
  else response.writeHead(200, headers);
  const cut = faults.cuts.shift();
  if (faults.stall !== null && body.length > faults.stall) response.write(body.subarray(0, faults.stall));
  else if (cut === undefined) response.end(body);
  else response.write(body.subarray(0, cut), () => response.destroy());
}
