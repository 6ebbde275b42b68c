/** What can be done with a run in its state. */
import type { RunStatus } from '../../../preload/contract/index.ts';

/** It has the machine, or waits for it. */
export const isActive = (status: RunStatus): boolean =>
  status === 'running' || status === 'queued' || status === 'paused';

/** It can go on: from where it was paused, or from its newest checkpoint. */
export const canResume = (status: RunStatus): boolean =>
  status === 'paused' || status === 'failed' || status === 'stopped';
