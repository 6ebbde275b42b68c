/** The boundary on real sockets: who may fetch, open a socket, upload, and what leaves the page's folder (nothing). */
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type BrowserHost, startBrowserHost } from '../../src/main/host/browser-host.ts';
import { openTestHost, type TestHost } from './open-test-host.ts';

let test: TestHost;
let browser: BrowserHost;
let rendererDir: string;

beforeEach(async () => {
  test = openTestHost();
  rendererDir = join(test.workspace.home, 'page');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><html><head><title>x</title></head></html>');
  writeFileSync(join(rendererDir, 'assets/main-1.js'), 'void 0');
  writeFileSync(join(test.workspace.home, 'secret.json'), '{"secret": true}');
  symlinkSync(join(test.workspace.home, 'secret.json'), join(rendererDir, 'link.json'));
  const { handle, files } = test.host;
  browser = await startBrowserHost({ handle, files, rendererDir, port: 0 });
});

afterEach(async () => {
  await browser.close();
  await test.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** fetch() repairs paths and forbids Host: these tests need both raw. */
function http(path: string, options: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const request = httpRequest({ host: '127.0.0.1', port: browser.port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const origin = () => `http://127.0.0.1:${browser.port}`;

describe('HTTP', () => {
  it('listens on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((i) => i && !i.internal && i.family === 'IPv4')?.address;
    const refused = (host: string) =>
      new Promise<string>((resolve) => {
        const socket = tcpConnect(browser.port, host, () => {
          socket.destroy();
          resolve('open');
        });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
    expect(await refused(outside ?? '127.0.0.2')).toBe('ECONNREFUSED');
  });

  it('sends the page with its policy in header and meta, one nonce a page, and no CORS', async () => {
    const first = await http('/');
    const second = await http('/index.html');
    expect(first.status).toBe(200);
    const policy = String(first.headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data:; ` +
        `font-src 'self'; connect-src 'self' ws://127.0.0.1:${browser.port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(first.text).toContain('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'');
    expect(first.text).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
    expect(second.text).not.toContain(String(nonce));
    expect(first.headers['access-control-allow-origin']).toBeUndefined();
    expect(first.headers['x-content-type-options']).toBe('nosniff');
    expect(first.headers['cache-control']).toBe('no-store');
    expect((await http('/assets/main-1.js')).headers['cache-control']).toContain('immutable');
  });

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/..%5csecret.json',
    '/%00',
    '/%zz',
    '/link.json',
    '//etc/hosts',
    '/assets',
    '/nothing.js',
  ])('gives nothing for %s', async (path) => {
    const { status, text } = await http(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('secret');
  });

  it('refuses other hosts (DNS rebinding), other origins and other methods', async () => {
    expect((await http('/', { headers: { host: `evil.example:${browser.port}` } })).status).toBe(403);
    expect((await http('/', { headers: { host: `localhost:${browser.port}` } })).status).toBe(403);
    expect((await http('/', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await http('/', { headers: { origin: 'null' } })).status).toBe(403);
    expect((await http('/', { method: 'PUT' })).status).toBe(405);
    expect((await http('/', { method: 'OPTIONS' })).status).toBe(405);
  });
});

/** How a socket that is tried with these headers ends: "ready", an HTTP status, or a close code. */
function socketOutcome(options: { path?: string; headers?: Record<string, string>; first?: string; binary?: boolean }) {
  return new Promise<string>((resolve) => {
    const { path = '/rpc', headers = { origin: origin() }, first } = options;
    const socket = new WebSocket(`ws://127.0.0.1:${browser.port}${path}`, { headers });
    socket.on('open', () => {
      if (first !== undefined) socket.send(options.binary ? Buffer.from(first) : first);
    });
    socket.on('message', (data) => resolve(JSON.parse(String(data)).type));
    socket.on('close', (code) => resolve(String(code)));
    socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.on('error', () => undefined);
  });
}

const tokenFrame = (token: string) => JSON.stringify({ type: 'token', token });

describe('sockets', () => {
  it('open with the exact origin and the token', async () => {
    expect(await socketOutcome({ first: tokenFrame(browser.token) })).toBe('ready');
    expect(Buffer.from(browser.token, 'base64url')).toHaveLength(32);
    expect(browser.url).toBe(`${origin()}/#token=${browser.token}`);
  });

  it.each([
    ['no origin', {}],
    ['another origin', { origin: 'http://evil.example' }],
    ['an origin that starts the same', { origin: 'http://127.0.0.1:1.evil.example' }],
    ['a null origin', { origin: 'null' }],
  ])('are refused with %s', async (_what, headers) => {
    expect(await socketOutcome({ headers, first: tokenFrame(browser.token) })).toBe('403');
  });

  it('are refused for another host or path', async () => {
    const headers = { origin: origin(), host: `evil.example:${browser.port}` };
    expect(await socketOutcome({ headers, first: tokenFrame(browser.token) })).toBe('403');
    expect(await socketOutcome({ path: '/other', first: tokenFrame(browser.token) })).toBe('404');
  });

  it.each([
    ['a wrong token', tokenFrame('wrong')],
    ['a call before the token', JSON.stringify({ type: 'open', id: 1, name: 'runs.list', input: {} })],
    ['no JSON', 'hello'],
  ])('are closed after %s', async (_what, first) => {
    expect(await socketOutcome({ first })).toBe('4401');
  });

  it('are closed when no token comes for two seconds', async () => {
    const begun = Date.now();
    expect(await socketOutcome({})).toBe('4401');
    expect(Date.now() - begun).toBeGreaterThan(1900);
    expect(Date.now() - begun).toBeLessThan(4000);
  });

  it('are closed by a message that is too large, binary, or no envelope', async () => {
    const closeCode = (send: (socket: WebSocket) => void) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${browser.port}/rpc`, { headers: { origin: origin() } });
        socket.on('open', () => socket.send(tokenFrame(browser.token)));
        socket.once('message', () => send(socket));
        socket.on('close', resolve);
        socket.on('error', () => undefined);
      });
    expect(await closeCode((s) => s.send('x'.repeat((1 << 20) + 1)))).toBe(1009);
    expect(await closeCode((s) => s.send(Buffer.from('{}')))).toBe(4400);
    expect(await closeCode((s) => s.send('{"type":"open","id":"1","name":"runs.list"}'))).toBe(4400);
  });

  it('answer calls, and end their streams when they close', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${browser.port}/rpc`, { headers: { origin: origin() } });
    const messages: { type: string; id?: number }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    socket.on('open', () => socket.send(tokenFrame(browser.token)));
    await expect.poll(() => messages.length).toBe(1);
    socket.send(JSON.stringify({ type: 'open', id: 1, name: 'runs.list', input: {} }));
    await expect.poll(() => messages[1]).toEqual({ type: 'result', id: 1, value: [] });
    socket.send(JSON.stringify({ type: 'open', id: 2, name: 'system.status', input: {} }));
    await expect.poll(() => messages[2]).toMatchObject({ type: 'event', id: 2 });
    socket.send(JSON.stringify({ type: 'close', id: 2 }));
    socket.send(JSON.stringify({ type: 'open', id: 3, name: 'nothing.here', input: {} }));
    await expect.poll(() => messages[3]).toMatchObject({ type: 'error', id: 3, code: 'unknown_name' });
    socket.close();
  });
});

describe('downloads', () => {
  const download = (headers: OutgoingHttpHeaders) =>
    http('/download', { method: 'POST', headers: { origin: origin(), ...headers }, body: '' });

  it('give a file of a handle, and no folder', async () => {
    const path = join(test.workspace.home, 'out.jsonl');
    writeFileSync(path, '{"é": 1}\n');
    const { fileId } = test.host.files.add(path);
    const found = await download({ 'x-plumb-token': browser.token, 'x-file-id': fileId });
    expect(found).toMatchObject({ status: 200, text: '{"é": 1}\n' });
    const folder = test.host.files.add(test.workspace.home);
    expect((await download({ 'x-plumb-token': browser.token, 'x-file-id': folder.fileId })).status).toBe(404);
    rmSync(path);
    expect((await download({ 'x-plumb-token': browser.token, 'x-file-id': fileId })).status).toBe(404);
  });

  it('need token, origin and a handle of this session; a path is none', async () => {
    const path = join(test.workspace.home, 'plumbline.db');
    const { fileId } = test.host.files.add(path);
    expect((await download({ 'x-file-id': fileId })).status).toBe(403);
    expect((await download({ 'x-plumb-token': 'wrong', 'x-file-id': fileId })).status).toBe(403);
    const foreign = { origin: 'http://evil.example', 'x-plumb-token': browser.token, 'x-file-id': fileId };
    expect((await download(foreign)).status).toBe(403);
    for (const id of [path, '', 'x'])
      expect((await download({ 'x-plumb-token': browser.token, 'x-file-id': id })).status).toBe(404);
    expect(
      (await http('/download', { headers: { 'x-plumb-token': browser.token, 'x-file-id': fileId } })).status,
    ).not.toBe(200);
  });
});

describe('uploads', () => {
  const upload = (headers: OutgoingHttpHeaders, body = '{"prompt":"a","chosen":"b","rejected":"c"}\n') =>
    http('/upload', { method: 'POST', headers: { origin: origin(), ...headers }, body });

  it('give a handle that an import takes, and are gone when the host closes', async () => {
    const headers = { 'x-plumb-token': browser.token, 'x-file-name': encodeURIComponent('Ümlaut data.jsonl') };
    const { status, text } = await upload(headers);
    expect(status).toBe(200);
    const handle = JSON.parse(text);
    expect(handle).toMatchObject({ name: 'Ümlaut data.jsonl', bytes: 43 });
    expect(await test.connection.call('datasets.preview', { fileId: handle.fileId })).toMatchObject({ pairs: 1 });
    test.host.files.close();
    expect(readdirSync(test.workspace.uploads)).toEqual([]);
  });

  it('keep no folders of a name', async () => {
    const headers = { 'x-plumb-token': browser.token, 'x-file-name': encodeURIComponent('../../etc/evil.jsonl') };
    expect(JSON.parse((await upload(headers)).text).name).toBe('evil.jsonl');
  });

  it('need token, origin and a name', async () => {
    expect((await upload({ 'x-file-name': 'a.jsonl' })).status).toBe(403);
    expect((await upload({ 'x-plumb-token': 'wrong', 'x-file-name': 'a.jsonl' })).status).toBe(403);
    const foreign = { origin: 'http://evil.example', 'x-plumb-token': browser.token, 'x-file-name': 'a.jsonl' };
    expect((await upload(foreign)).status).toBe(403);
    const noOrigin = { method: 'POST', headers: { 'x-plumb-token': browser.token, 'x-file-name': 'a' }, body: '' };
    expect((await http('/upload', noOrigin)).status).toBe(403);
    expect((await upload({ 'x-plumb-token': browser.token })).status).toBe(400);
  });

  it('that are too large are refused before they are read', async () => {
    const headers = { 'x-plumb-token': browser.token, 'x-file-name': 'a', 'content-length': String(5 * 1024 ** 3) };
    expect((await upload(headers, '')).status).toBe(413);
  });
});
