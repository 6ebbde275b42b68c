/** A judge with a key, and where that key must not be found. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const KEY = 'sk-not-to-be-seen';

/** A server that judges whoever has the key. */
export async function judgeServer(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const allowed = request.headers.authorization === `Bearer ${KEY}`;
    response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(allowed ? { choices: [{ message: { content: '1' } }] } : { error: 'no such key' }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

/** Whether any file below the folder holds the text. */
export const holds = (folder: string, text: string): boolean =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .some((path) => readFileSync(path, 'latin1').includes(text));
