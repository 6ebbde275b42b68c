/** Progress of work that blocks its thread while it counts bytes or rows. */
import type { JobContext } from './kind.ts';

/** Between two reports. */
const REPORT_MS = 200;

/** Reports what is done, at most five times a second, and the end. */
export function byteProgress({ emit }: Pick<JobContext, 'emit'>): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    if (done < total && Date.now() - last < REPORT_MS) return;
    last = Date.now();
    emit({ type: 'progress', step: done, maxSteps: total, secondsLeft: null, now: true });
  };
}

const line = (text: string) => ({ at: new Date().toISOString(), level: 'info' as const, text });

/** What has begun, or what the user should know of. */
export const tell = ({ emit }: Pick<JobContext, 'emit'>, text: string): void => emit({ type: 'log', line: line(text) });
