/** Ends this process soon after the one that started it, even while its own thread never comes back: for code of the user's that may loop for ever. */
import { Worker } from 'node:worker_threads';

/** How often the thread looks. */
const LOOK_MS = 500;

/** Runs in a thread of its own, in plain JavaScript: it is given as text. */
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, workerData.every);
`;

/** Starts to watch; the function returned ends it. */
export function endWithParent(): () => Promise<void> {
  const thread = new Worker(WATCH, { eval: true, workerData: { parent: process.ppid, every: LOOK_MS }, execArgv: [] });
  thread.unref();
  return async () => {
    await thread.terminate();
  };
}
