/** How runs end: by themselves, by a crash, with the program that had them, or before they began. */
import type { RunPatch, RunRecord } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { LiveJob } from './live-jobs.ts';
import type { JobOutcome } from './messages.ts';
import { NOBODY } from './ownership.ts';
import { afterCrash } from './run-record.ts';
import type { JobExit } from './spawn.ts';

type Failed = Extract<JobOutcome, { status: 'failed' }>;

const failure = (code: string, message: string): Failed => ({ status: 'failed', error: { code, message } });

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the run needs could not be laid out; no process was started. */
export const unstarted = (error: unknown): Failed => failure('internal', wordsOf(error));

/** The outcome of a process that ended without saying why. */
export function crashOf(store: Store, { stopping }: LiveJob, run: RunRecord, exit: JobExit): JobOutcome {
  if (stopping && exit.signal === 'SIGKILL') return { status: 'stopped', result: null };
  const how = exit.signal ? `with ${exit.signal}` : `with code ${exit.code}`;
  const words = exit.lastWords ? ` (${exit.lastWords.split('\n').slice(-3).join(' ')})` : '';
  return failure('crashed', `the job process ended ${how} at step ${run.step}${words}; ${afterCrash(store, run.id)}`);
}

/** Lets the host use the result. */
export function accepted(outcome: JobOutcome, use: (result: unknown) => void): JobOutcome {
  if (outcome.status === 'failed') return outcome;
  try {
    use(outcome.result);
    return outcome;
  } catch (error) {
    return failure('internal', `the job was done, but its result could not be kept: ${wordsOf(error)}`);
  }
}

/** What the program that had it leaves of a run that it had begun. */
export const orphaned = (store: Store, run: RunRecord): Failed =>
  failure('crashed', `the program ended while this run was at step ${run.step}; ${afterCrash(store, run.id)}`);

/** What an outcome makes of a run's record. */
export function endPatch(outcome: JobOutcome): RunPatch {
  return {
    status: outcome.status,
    error: outcome.status === 'failed' ? outcome.error.message : null,
    endedAt: new Date().toISOString(),
    secondsLeft: null,
    ...NOBODY,
    ...(outcome.status === 'failed' ? {} : factsOf(outcome.result)),
  };
}

/** Time since this process was started, and its work, on top of earlier ones. */
export const timePatch = ({ startedAt, cpuSeconds }: LiveJob, run: RunRecord): RunPatch => ({
  seconds: (run.seconds ?? 0) + (Date.now() - startedAt) / 1000,
  ...(cpuSeconds === undefined ? {} : { cpuSeconds: (run.cpuSeconds ?? 0) + cpuSeconds }),
});

/** Speed and memory, where a job's result names them. */
function factsOf(result: unknown): RunPatch {
  if (typeof result !== 'object' || result === null) return {};
  const {
    tokens_per_second: speed,
    peak_memory_bytes: memory,
    seconds_per_step: step,
  } = result as Record<string, unknown>;
  return {
    ...(typeof speed === 'number' && Number.isFinite(speed) ? { tokensPerSecond: speed } : {}),
    ...(typeof step === 'number' && Number.isFinite(step) ? { secondsPerStep: step } : {}),
    ...(typeof memory === 'number' ? { peakMemoryBytes: Math.round(memory) } : {}),
  };
}
