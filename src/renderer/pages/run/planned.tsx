/** What the run was planned to need beside what it took, over its config. */
import { bytes, fixed } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { PlanParts, secondsText } from '../experiments/plan-parts.tsx';

interface RowProps {
  readonly name: string;
  readonly planned: number | null;
  readonly found: number | null;
  readonly show: (value: number) => string;
}

function PlannedRow({ name, planned, found, show }: RowProps) {
  return (
    <tr>
      <td className="pl-strong">{name}</td>
      <td className="end">{planned === null ? '–' : show(planned)}</td>
      <td className="end">{found === null ? '–' : show(found)}</td>
      <td className="end">{planned === null || found === null ? '–' : fixed(found / planned, 2)}</td>
    </tr>
  );
}

/** Nothing for runs that made no plan. */
export function PlannedAndMeasured({ run }: { run: RunDetail }) {
  const { plan, peakMemoryBytes, secondsPerStep } = run;
  if (!plan) return null;
  return (
    <div className="pl-card flush pl-planned">
      <table className="pl-table dense" aria-label="Planned and measured">
        <thead>
          <tr>
            <th>{plan.gradientCheckpointing ? 'With gradient checkpointing' : 'What the run needs'}</th>
            <th className="end">Planned</th>
            <th className="end">Measured</th>
            <th className="end">Ratio</th>
          </tr>
        </thead>
        <tbody>
          <PlannedRow name="Peak memory" planned={plan.peakMemoryBytes} found={peakMemoryBytes} show={bytes} />
          <PlannedRow name="A step" planned={plan.secondsPerStep} found={secondsPerStep} show={secondsText} />
        </tbody>
      </table>
      <div className="pl-plan-both">
        <PlanParts plan={plan} />
      </div>
    </div>
  );
}
