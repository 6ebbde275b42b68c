/** The strip under a run's head: how far it is, with its evaluations as marks, how fast, and what comes next. */
import type { ReactNode } from 'react';
import { bytes, duration, fixed, whole } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { Bar } from '../../components/figures.tsx';
import { isActive } from './run-state.ts';

/** More marks than this are closer together than the eye can tell. */
const MOST_MARKS = 60;

const stepsBetween = (run: RunDetail): number => {
  const every = run.config.eval_steps;
  return typeof every === 'number' && every >= 1 ? every : 0;
};

/** Shares of the whole at which an evaluation stands. */
export function evaluationMarks(run: RunDetail): readonly number[] {
  const every = stepsBetween(run);
  if (every === 0 || run.maxSteps / every > MOST_MARKS) return [];
  const count = Math.ceil(run.maxSteps / every) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => ((i + 1) * every) / run.maxSteps);
}

/** "next evaluation at step 300" while there is one to come. */
function nextEvaluation(run: RunDetail): string {
  const every = stepsBetween(run);
  if (every === 0 || run.maxSteps === 0) return '';
  const next = Math.min(run.maxSteps, (Math.floor(run.step / every) + 1) * every);
  return `next evaluation at step ${whole(next)}`;
}

const perStepWords = (seconds: number) =>
  seconds >= 1 ? `${fixed(seconds, 1)} s per step` : `${fixed(seconds * 1000)} ms per step`;

const STEP_WORDS: Partial<Record<RunDetail['status'], string>> = { failed: 'failed at ', stopped: 'stopped at ' };

/** Each fact has its room, so that a longer number moves none of the others. */
function Fact({ room, children }: { room: number; children: ReactNode }) {
  return <span style={{ minWidth: `${room}ch` }}>{children}</span>;
}

function secondsPerStep(run: RunDetail): number | null {
  if (run.step === 0) return null;
  if (run.seconds !== null) return run.seconds / run.step;
  if (run.startedAt === null || !isActive(run.status)) return null;
  return (Date.now() - Date.parse(run.startedAt)) / 1000 / run.step;
}

export function ProgressStrip({ run }: { run: RunDetail }) {
  const ended = !isActive(run.status);
  const perStep = secondsPerStep(run);
  const epoch = run.latest.epoch;
  const { length: digits } = whole(run.maxSteps);
  return (
    <div className="pl-strip">
      <Bar
        value={run.step}
        of={run.maxSteps}
        label="Progress of the run"
        large
        danger={run.status === 'failed'}
        marks={evaluationMarks(run)}
      />
      <div className="pl-strip-facts">
        <Fact room={9 + 2 * digits}>
          {run.maxSteps === 0 && !ended
            ? 'reading the data'
            : `${STEP_WORDS[run.status] ?? ''}step ${whole(run.step)} of ${whole(run.maxSteps)}`}
        </Fact>
        {!ended && (
          <Fact room={12}>
            <span className="pl-strong">{run.secondsLeft === null ? '' : `${duration(run.secondsLeft)} left`}</span>
          </Fact>
        )}
        {ended && run.seconds !== null && <span>after {duration(run.seconds)}</span>}
        {epoch != null && <Fact room={10}>epoch {fixed(epoch, 2)}</Fact>}
        {perStep !== null && <Fact room={13}>{perStepWords(perStep)}</Fact>}
        {run.tokensPerSecond !== null && <Fact room={11}>{whole(run.tokensPerSecond)} tok/s</Fact>}
        {run.peakMemoryBytes !== null && (
          <span>
            {bytes(run.peakMemoryBytes)} peak
            {run.plan && ` of ${bytes(run.plan.peakMemoryBytes)} planned`}
          </span>
        )}
        {run.referenceModel && <span className="pl-ellipsis">reference {run.referenceModel}</span>}
        <span className="pl-strip-next">{ended ? '' : nextEvaluation(run)}</span>
      </div>
    </div>
  );
}
