/** What `plumb train` does while its run waits for a person: it asks on the terminal, or says where to answer. */
import { userInfo } from 'node:os';
import type { RunSummary } from '../../preload/contract/runs.ts';
import type { Workbench } from '../host/workbench.ts';
import type { CommandContext } from './command.ts';
import { deskOf, rateOnTerminal } from './rate-terminal.ts';

/** Who rates at this terminal, unless told. */
export function accountName(): string {
  try {
    return userInfo().username || 'me';
  } catch {
    return 'me'; // an account without a name, as in some containers
  }
}

export interface Asking {
  /** Told of every change of the run. */
  heed(run: RunSummary): void;
  /** The run is over. */
  close(): Promise<void>;
}

export function createAsking(workbench: Workbench, context: CommandContext): Asking {
  const over = new AbortController();
  let atWork: Promise<unknown> | undefined;
  let saidAt = -1;
  return {
    heed({ id, name, step, ratingsWaiting, status }) {
      if (ratingsWaiting === 0 || status !== 'running' || step === saidAt) return;
      saidAt = step;
      const { keyboard, say } = context;
      if (keyboard) atWork ??= rateOnTerminal(deskOf(workbench, id, accountName()), { keyboard, say }, over.signal);
      else
        say(
          `${name} waits for ${ratingsWaiting} ratings of step ${step + 1}: rate in the app, or in another terminal with: plumb runs rate ${name}`,
        );
    },
    async close() {
      over.abort();
      await atWork;
    },
  };
}
