/** Online DPO judged by an endpoint of Settings, as the app starts it: the key reaches the endpoint, and stands in no record. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunDetail } from '../../src/preload/contract/index.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

const KEY = 'sk-of-the-judge';
let test: TestHost;
let server: Server;
let url: string;
const authorizations = new Set<string | undefined>();

beforeAll(async () => {
  test = openTestHost({ worker: REAL_WORKER });
  server = createServer((request, response) => {
    authorizations.add(request.headers.authorization);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { content: '1' } }] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await test.close();
});

it('takes address, model and key by the judge’s name', async () => {
  const call = <T>(name: string, input: unknown) => test.connection.call(name, input) as Promise<T>;
  await call('settings.putJudge', { name: 'local', url, model: 'a-judge', key: KEY });
  const { id } = await call<{ id: string }>('runs.create', {
    config: {
      method: 'online_dpo',
      model: 'helpful-reference',
      task: 'helpful',
      annotator: 'llm_judge',
      judge_endpoint: 'local',
      max_steps: 1,
      per_device_train_batch_size: 2,
      response_length: 8,
    },
  });
  await test.host.runner.idle();
  const run = await call<RunDetail>('runs.get', { id });
  expect(run).toMatchObject({ status: 'finished', error: null });
  expect(run.config).toMatchObject({ judge_endpoint: 'local', judge_url: url, judge_model: 'a-judge' });
  expect([...authorizations]).toEqual([`Bearer ${KEY}`]);
  const files = readdirSync(test.workspace.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(test.workspace.home, name))
    .filter((path) => statSync(path).isFile());
  expect(files.filter((path) => readFileSync(path, 'latin1').includes(KEY))).toEqual([]);
}, 120_000);
