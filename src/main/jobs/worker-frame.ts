/** The frame of a job process: takes one job, runs its kind, answers pause, resume and stop, reports and leaves. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Rating, ShownPair } from '../../preload/contract/ratings.ts';
import { describeError } from '../../preload/contract/rpc.ts';
import type { Registry } from '../base/registry.ts';
import { type JobContext, type JobKind, JobStopped } from './kind.ts';
import type { FromJob, JobEvent, JobOutcome, JobSpec, JobWorkspace, ToJob } from './messages.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createTimeLeft } from './time-left.ts';

/** A process's end of its channel to the host. */
export interface HostChannel<From = FromJob, To = ToJob> {
  post(message: From): void;
  onMessage(listener: (message: To) => void): void;
  /** The host is gone: there is nobody to work for. */
  onClose(listener: () => void): void;
  /** Leaves the process. */
  exit(code: number): void;
}

/** How often a waiting job looks for news. */
const WAIT_MS = 20;

/** Serves one job over `channel`; a kind that `kinds` has not is left to `otherwise`. SIGINT and SIGTERM ask it to stop, as `stop` does. */
export function runJobProcess(kinds: Registry<JobKind>, channel: HostChannel, otherwise?: JobKind): void {
  const kindOf = ({ kind }: JobSpec): JobKind => (otherwise && !kinds.has(kind) ? otherwise : kinds.get(kind));
  const outbox = createOutbox(channel.post);
  const control = createControl(channel, outbox);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => control.stop());
  channel.onClose(() => channel.exit(1));
  channel.onMessage((message) => {
    if (message.type === 'start') void work(kindOf, message.job, message.workspace, control, outbox, channel);
    else if (message.type === 'ack') outbox.acknowledge(message.batch);
    else if (message.type === 'goodbye') channel.exit(0);
    else if (message.type === 'ratings') control.rated(message.step, message.ratings);
    else control[message.type]();
  });
}

/** What a person is asked, and the answer once it is there. */
interface Question {
  readonly step: number;
  ratings?: readonly Rating[];
}

type KindOf = (job: JobSpec) => JobKind;
type Control = ReturnType<typeof createControl>;

function createControl(channel: HostChannel, outbox: Outbox) {
  const controller = new AbortController();
  const timeLeft = createTimeLeft();
  let paused = false;
  let asked: Question | undefined;
  const breathe = async () => {
    await setImmediate();
    outbox.flush();
    if (paused && !controller.signal.aborted) await waitWhile(() => paused && !controller.signal.aborted);
    while (outbox.full && !controller.signal.aborted) await setTimeout(WAIT_MS);
    if (controller.signal.aborted) throw new JobStopped();
  };
  return {
    signal: controller.signal,
    timeLeft,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    stop: () => controller.abort(new JobStopped()),
    breathe,
    rated(step: number, ratings: readonly Rating[]) {
      if (asked?.step === step) asked.ratings = ratings;
    },
    /** A person takes minutes: a pause and a stop are heard all the while. */
    async rate(step: number, pairs: readonly ShownPair[]): Promise<readonly Rating[]> {
      const question: Question = { step };
      asked = question;
      outbox.flush({ now: true });
      channel.post({ type: 'ask', step, pairs });
      while (question.ratings === undefined) {
        await setTimeout(WAIT_MS);
        await breathe();
      }
      timeLeft.interrupt();
      return question.ratings;
    },
  };

  async function waitWhile(condition: () => boolean): Promise<void> {
    outbox.flush({ now: true });
    channel.post({ type: 'paused' });
    while (condition()) await setTimeout(WAIT_MS);
    timeLeft.interrupt();
    if (!controller.signal.aborted) channel.post({ type: 'resumed' });
  }
}

async function work(
  kindOf: KindOf,
  job: JobSpec,
  workspace: JobWorkspace,
  control: Control,
  outbox: Outbox,
  channel: HostChannel,
): Promise<void> {
  const context: JobContext = {
    workspace,
    signal: control.signal,
    get stopRequested() {
      return control.signal.aborted;
    },
    breathe: control.breathe,
    rate: control.rate,
    emit: (event) => outbox.add(withTimeLeft(event, control)),
  };
  // where judges look for it; this process has one job
  if (job.judgeKey !== undefined) process.env.PLUMB_JUDGE_KEY = job.judgeKey;
  channel.post({ type: 'begun', pid: process.pid });
  const outcome = await outcomeOf(kindOf, job, context);
  outbox.flush({ now: true });
  outbox.close();
  channel.post({ type: 'ended', outcome, cpuSeconds: cpuSeconds() });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A kind may leave the time left to the frame. */
function withTimeLeft(event: JobEvent, { timeLeft }: Control): JobEvent {
  if (event.type !== 'progress' || event.secondsLeft !== null) return event;
  return { ...event, secondsLeft: timeLeft.at(event.step, event.maxSteps) };
}

async function outcomeOf(kindOf: KindOf, job: JobSpec, context: JobContext): Promise<JobOutcome> {
  try {
    const result = await kindOf(job).run(job, context);
    return { status: saysStopped(result) ? 'stopped' : 'finished', result: result ?? null };
  } catch (error) {
    if (error instanceof JobStopped) return { status: 'stopped', result: null };
    return { status: 'failed', error: describeError(error) };
  }
}

const saysStopped = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && (result as { status?: unknown }).status === 'stopped';
