/** The host for a browser on this machine: page and contract over loopback HTTP, for nobody without the token. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Handle } from '../../preload/contract/rpc.ts';
import { downloadedPath, sendDownload } from './download.ts';
import type { FileTable } from './file-table.ts';
import { type PageAnswer, readPageFile } from './page-files.ts';
import { receiveUpload, UploadError } from './upload.ts';
import { MAX_MESSAGE_BYTES, sameToken, serveSocket } from './websocket-port.ts';

/** Loopback only: never reachable from another machine. */
const ADDRESS = '127.0.0.1';
/** Pages of one user; more is a mistake or an attack. */
const MAX_SOCKETS = 32;

export interface BrowserHostOptions {
  readonly handle: Handle;
  readonly files: FileTable;
  /** The built page. */
  readonly rendererDir: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface BrowserHost {
  /** With the token in its fragment, which no browser sends anywhere. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts listening; throws when the port is taken. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const token = randomBytes(32).toString('base64url');
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const server = createServer((request, response) => void answer(request, response, options, token, portOf(server)));
  server.on('upgrade', (request, socket, head) => {
    const refusal = refuseUpgrade(request, portOf(server), sockets.clients.size);
    if (refusal) reject(socket, refusal);
    else sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => serveSocket(ws, token, options.handle));
  });
  await listen(server, options.port);
  const port = portOf(server);
  return {
    url: `http://${ADDRESS}:${port}/#token=${token}`,
    token,
    port,
    async close() {
      for (const client of sockets.clients) client.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} is in use; choose another with --port, or 0 for any`) : cause);
    });
    server.listen(port, ADDRESS, resolve);
  });
}

/** A name that merely resolves to this machine (DNS rebinding) is not this host. */
const isOurHost = ({ headers }: IncomingMessage, port: number): boolean => headers.host === `${ADDRESS}:${port}`;
const isOurOrigin = (origin: string | undefined, port: number): boolean => origin === `http://${ADDRESS}:${port}`;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: BrowserHostOptions,
  token: string,
  port: number,
): Promise<void> {
  try {
    const { origin } = request.headers;
    const foreign = origin !== undefined && !isOurOrigin(origin, port);
    if (!isOurHost(request, port) || foreign) return plain(response, 403, 'Forbidden');
    const { pathname } = new URL(request.url ?? '/', `http://${ADDRESS}:${port}`);
    if (request.method === 'POST' && pathname === '/upload')
      return await upload(request, response, options.files, token, port);
    if (request.method === 'POST' && pathname === '/download')
      return await download(request, response, options.files, token, port);
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'Method not allowed');
    // the raw path: URL would resolve "..", and an escape must be refused, not repaired
    const raw = (request.url ?? '/').split(/[?#]/)[0];
    send(response, await readPageFile(options.rendererDir, raw, `ws://${ADDRESS}:${port}`), request.method === 'HEAD');
  } catch (error) {
    plain(response, 500, error instanceof Error ? error.message : 'Internal error');
  }
}

function send(response: ServerResponse, { status, headers, body }: PageAnswer, headOnly: boolean): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(headOnly ? undefined : body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  response.end(text);
}

/** A page of ours that holds the token; browsers send Origin with every POST. */
const isOurPage = ({ headers }: IncomingMessage, token: string, port: number): boolean =>
  isOurOrigin(headers.origin, port) && sameToken(headers['x-plumb-token'], token);

async function download(
  request: IncomingMessage,
  response: ServerResponse,
  files: FileTable,
  token: string,
  port: number,
): Promise<void> {
  request.resume();
  if (!isOurPage(request, token, port)) return plain(response, 403, 'Forbidden');
  const path = downloadedPath(request.headers, files);
  if (path === undefined) return plain(response, 404, 'This file is no longer known, or it is a folder.');
  await sendDownload(response, path);
}

async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  files: FileTable,
  token: string,
  port: number,
): Promise<void> {
  if (!isOurPage(request, token, port)) {
    request.resume();
    return plain(response, 403, 'Forbidden');
  }
  try {
    const handle = await receiveUpload({ body: request, headers: request.headers }, files);
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(handle));
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    response.setHeader('Connection', 'close');
    plain(response, error.status, error.message);
  }
}

/** Why a socket is not opened; undefined when it is. Browsers always send Origin on an upgrade: without it, it is no page of ours. */
function refuseUpgrade(request: IncomingMessage, port: number, open: number): string | undefined {
  if (!isOurHost(request, port) || !isOurOrigin(request.headers.origin, port)) return '403 Forbidden';
  if (request.url !== '/rpc') return '404 Not Found';
  return open >= MAX_SOCKETS ? '503 Service Unavailable' : undefined;
}

function reject(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
