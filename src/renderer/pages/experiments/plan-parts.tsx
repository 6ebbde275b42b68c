/** What a planned run takes by what it is for: seconds of a step and bytes at the peak, each as a bar with its parts. */
import { useDebouncedValue } from '@mantine/hooks';
import { bytes, duration, fixed } from '../../../charts/numbers.ts';
import type { RunPlan } from '../../../preload/contract/index.ts';
import { Figure, Legend } from '../../components/figures.tsx';
import { SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import './run-plan.css';

/** From dark to light, the largest part first. */
const SHADES = ['s-5', 's-4', 's-3', 's-2', 's-1', 'line-strong'];
/** The smallest parts of many share the last. */
const shadeOf = (at: number) => SHADES[Math.min(at, SHADES.length - 1)];
/** ms; what is typed is not asked about letter by letter. */
const REST_MS = 400;

export const secondsText = (seconds: number): string => {
  if (seconds >= 1) return `${fixed(seconds, 1)} s`;
  return `${fixed(seconds * 1000, seconds < 0.01 ? 1 : 0)} ms`;
};

/** How long a whole run takes: short ones to the tenth, long ones in minutes and hours. */
export const runText = (seconds: number): string => (seconds < 10 ? secondsText(seconds) : duration(seconds));

const TIME_WORDS: Readonly<Record<string, string>> = {
  sampling: 'Sampling answers',
  annotator: 'Annotator',
  reference: 'Reference',
  scoring: 'Scoring by the policy',
  passes: 'Forward and backward',
  operators: 'Starting operators',
  optimiser: 'Optimiser',
};

const RUN_WORDS: Readonly<Record<string, string>> = {
  opening: 'Opening model and data',
  steps: 'Steps',
  reference: 'Reference, scored once',
  evaluations: 'Evaluations and samples',
  checkpoints: 'Checkpoints',
};

/** Of the whole run; what plans of older programs leave out is the steps alone. */
export const runSeconds = ({ secondsPerRun, secondsPerStep }: RunPlan, steps: number | null): number | null => {
  if (typeof secondsPerRun === 'number') return secondsPerRun;
  return secondsPerStep === null || steps === null ? null : secondsPerStep * steps;
};

const MEMORY_WORDS: Readonly<Record<string, string>> = {
  weights: 'Weights',
  packed: 'Frozen weights, packed',
  optimiser: 'Optimiser and gradients',
  beside: 'Models beside it',
  activations: 'Activations',
  program: 'Program and runtime',
};

interface PartsProps {
  readonly title: string;
  readonly total: string;
  readonly parts: Readonly<Record<string, number>>;
  readonly words: Readonly<Record<string, string>>;
  readonly show: (value: number) => string;
}

function Parts({ title, total, parts, words, show }: PartsProps) {
  const known = Object.entries(parts)
    .filter(([, value]) => value > 0)
    .sort((a, b) => b[1] - a[1]);
  const whole = known.reduce((sum, [, value]) => sum + value, 0);
  return (
    <section className="pl-plan-parts" aria-label={title}>
      <p>
        <span className="pl-strong">{title}</span> <span className="pl-caption">{total}</span>
      </p>
      <div className="pl-plan-bar" aria-hidden="true">
        {known.map(([key, value], at) => (
          <span key={key} style={{ flex: (100 * value) / whole, background: `var(--pl-${shadeOf(at)})` }} />
        ))}
      </div>
      <dl className="pl-dl">
        {known.map(([key, value], at) => (
          <div key={key}>
            <dt>
              <Legend colour={shadeOf(at)}>{words[key] ?? key}</Legend>
            </dt>
            <dd>{show(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function PlanParts({ plan }: { plan: RunPlan }) {
  const { time, secondsPerStep, secondsPerRun, runTime, memory, peakMemoryBytes } = plan;
  const update = Object.values(time ?? {}).reduce((sum, seconds) => sum + seconds, 0);
  return (
    <>
      {time && (
        <Parts
          title="Time per step"
          total={
            secondsPerStep === null
              ? `${secondsText(update)}; how long whoever judges takes nothing foretells`
              : secondsText(secondsPerStep)
          }
          parts={time}
          words={TIME_WORDS}
          show={secondsText}
        />
      )}
      {runTime && typeof secondsPerRun === 'number' && (
        <Parts
          title="Time of the run"
          total={runText(secondsPerRun)}
          parts={runTime}
          words={RUN_WORDS}
          show={secondsText}
        />
      )}
      <Parts title="Memory at peak" total={bytes(peakMemoryBytes)} parts={memory} words={MEMORY_WORDS} show={bytes} />
    </>
  );
}

export interface EstimateProps {
  readonly config: Readonly<Record<string, unknown>>;
  /** Of the whole run; null where nothing says. */
  readonly steps: number | null;
}

/** Beside the parameters: asked again when they have rested for a moment. */
export function Estimate({ config, steps }: EstimateProps) {
  const [rested] = useDebouncedValue(config, REST_MS);
  const found = useCall('runs.plan', { config: rested }, { keep: true });
  // what is wrong with the config is said where it is typed
  if (found.isError) return null;
  if (!found.data) return <SkeletonLines count={4} />;
  const { plan } = found.data;
  const { peakMemoryBytes, memoryLimitBytes } = plan;
  const seconds = runSeconds(plan, steps);
  return (
    <>
      <div className="pl-plan">
        {seconds !== null && (
          <div>
            <Figure value={runText(seconds)} />
            <p className="pl-caption">with evaluations and checkpoints</p>
          </div>
        )}
        <div>
          <Figure value={bytes(peakMemoryBytes)} />
          <p className={peakMemoryBytes > memoryLimitBytes ? 'pl-caption pl-plan-over' : 'pl-caption'}>
            peak; {bytes(memoryLimitBytes)} are free
          </p>
        </div>
      </div>
      <PlanParts plan={plan} />
    </>
  );
}
