/** What a job's events say in the run's log: its start, evaluations and checkpoints; the job's own lines stand between them. */
import type { LogLine } from '../../preload/contract/runs.ts';
import type { JobEvent } from './messages.ts';

/** Metrics that an evaluation's line tells, the first that it has. */
const TOLD = ['eval_loss', 'loss', 'eval_rewards/margins', 'rewards/margins', 'objective/scores', 'objective/kl'];
const MOST_TOLD = 2;

function wordsOf(event: JobEvent): string | undefined {
  switch (event.type) {
    case 'started':
      return `started: ${event.maxSteps} steps${event.referenceModel ? `, reference ${event.referenceModel}` : ''}`;
    case 'metrics':
      return event.point.evaluation ? evaluationWords(event.point) : undefined;
    case 'checkpoint':
      return `checkpoint of step ${event.step}, ${sizeOf(event.bytes)}`;
    default:
      return undefined;
  }
}

function evaluationWords({ step, values }: { step: number; values: Readonly<Record<string, number | null>> }): string {
  const told = TOLD.flatMap((name) => {
    const value = values[name];
    return typeof value === 'number' ? [`${name} ${value.toPrecision(4)}`] : [];
  });
  const head = `evaluation at step ${step}`;
  return told.length === 0 ? head : `${head}: ${told.slice(0, MOST_TOLD).join(', ')}`;
}

const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** The lines of a batch, in the order of its events. */
export const logLinesOf = (events: readonly JobEvent[], now: Date): LogLine[] =>
  events.flatMap((event): LogLine[] => {
    if (event.type === 'log') return [event.line];
    const text = wordsOf(event);
    return text === undefined ? [] : [{ at: now.toISOString(), level: 'info', text }];
  });
