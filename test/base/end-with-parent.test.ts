/** A process that its own code keeps busy ends when the one that started it was killed. */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // a process that ended and was not collected yet still has a number
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

it.skipIf(process.platform !== 'linux')('endless loop, parent killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-parent-'));
  const module = pathToFileURL(join(import.meta.dirname, '../../src/main/base/end-with-parent.ts')).href;
  writeFileSync(
    join(folder, 'child.mjs'),
    `import { endWithParent } from '${module}';\nendWithParent();\nprocess.send(process.pid);\nsetTimeout(() => { for (;;); }, 200);\n`,
  );
  writeFileSync(
    join(folder, 'parent.mjs'),
    `import { fork } from 'node:child_process';\nfork('${join(folder, 'child.mjs')}').on('message', (pid) => process.send(pid));\n`,
  );
  const parent = fork(join(folder, 'parent.mjs'), [], { execArgv: [] });
  const child = await new Promise<number>((resolve) => parent.on('message', (pid) => resolve(Number(pid))));
  await setTimeout(700);
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  for (let i = 0; i < 100 && isAlive(child); i++) await setTimeout(100);
  expect(isAlive(child)).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});
