/** Before the start: what the run will need of memory and time, whether it fits, and what gradient checkpointing would change. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { bytes } from '../../../charts/numbers.ts';
import type { RunPlan } from '../../../preload/contract/index.ts';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { PlanParts, runSeconds, runText, secondsText } from './plan-parts.tsx';
import './run-plan.css';

const stepWords = (seconds: number | null): string => (seconds === null ? 'not known' : secondsText(seconds));

const runWords = (seconds: number | null): string => (seconds === null ? 'not known' : runText(seconds));

interface RowProps {
  readonly name: string;
  readonly plan: RunPlan;
  readonly steps: number | null;
}

function PlanRow({ name, plan, steps }: RowProps) {
  const fits = plan.peakMemoryBytes <= plan.memoryLimitBytes;
  return (
    <tr>
      <td className="pl-strong">{name}</td>
      <td className={fits ? 'end' : 'end pl-plan-over'}>{bytes(plan.peakMemoryBytes)}</td>
      <td className="end">{stepWords(plan.secondsPerStep)}</td>
      <td className="end">{runWords(runSeconds(plan, steps))}</td>
    </tr>
  );
}

export interface RunPlanCardProps {
  readonly config: Readonly<Record<string, unknown>>;
  /** Optimiser steps of the whole run; null where nothing says. */
  readonly steps: number | null;
  readonly onCheckpointing: (on: boolean) => void;
}

/** What fits, in words; told by a reader of the page as soon as it changes. */
function Verdict({ plan, checkpointed }: { plan: RunPlan; checkpointed: RunPlan | null }) {
  const limit = bytes(plan.memoryLimitBytes);
  if (plan.peakMemoryBytes <= plan.memoryLimitBytes)
    return (
      <p className="pl-plan-verdict" role="status">
        <IconCircleCheck size={16} stroke={1.6} aria-hidden="true" />
        <span>It fits: {limit} are free.</span>
      </p>
    );
  const helps = checkpointed !== null && checkpointed.peakMemoryBytes <= checkpointed.memoryLimitBytes;
  return (
    <p className="pl-plan-verdict" role="status" data-tone="warning">
      <IconAlertTriangle size={16} stroke={1.6} aria-hidden="true" />
      <span>
        It would not fit: {limit} are free.{' '}
        {helps
          ? 'With gradient checkpointing it does.'
          : 'Take a smaller batch with more accumulation, or a smaller longest sequence.'}
      </span>
    </p>
  );
}

export function RunPlanCard({ config, steps, onCheckpointing }: RunPlanCardProps) {
  const found = useCall('runs.plan', { config }, { keep: true, fresh: true });
  if (found.isError) return <ErrorState error={found.error} what="Memory and time could not be worked out" />;
  if (!found.data)
    return (
      <div className="pl-card pl-plan-card" aria-busy="true">
        <SkeletonLines count={4} />
      </div>
    );
  const { plan, checkpointed } = found.data;
  const on = plan.gradientCheckpointing;
  return (
    <section className="pl-card pl-plan-card" aria-label="Memory and time">
      <table className="pl-table" aria-label="What the run will need">
        <thead>
          <tr>
            <th>About</th>
            <th className="end">Peak memory</th>
            <th className="end">A step</th>
            <th className="end">Whole run</th>
          </tr>
        </thead>
        <tbody>
          <PlanRow name={on ? 'With gradient checkpointing' : 'This run'} plan={plan} steps={steps} />
          {checkpointed && <PlanRow name="With gradient checkpointing" plan={checkpointed} steps={steps} />}
        </tbody>
      </table>
      <div className="pl-plan-foot">
        <Verdict plan={plan} checkpointed={checkpointed} />
        <Button variant="default" onClick={() => onCheckpointing(!on)} disabled={found.isFetching}>
          {on ? 'Switch checkpointing off' : 'Use gradient checkpointing'}
        </Button>
      </div>
      <p className="pl-caption">
        {plan.sequences} sequences of at most {plan.length} tokens in a pass.
        {plan.secondsPerStep === null && ' A step waits for whoever judges: how long that takes, nothing foretells.'}
      </p>
      <div className="pl-plan-both">
        <PlanParts plan={plan} />
      </div>
    </section>
  );
}
