/** Where the probability is: one bar for each policy at the step that is looked at, and curves over training. */
import { SegmentedControl } from '@mantine/core';
import { fixed, whole } from '../../../charts/numbers.ts';
import type { LabMass, LabMethod, LabPolicy } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';
import type { Lit } from './derivation.tsx';

export type Scope = 'all' | 'pair';

function MassBar({ mass, name }: { mass: LabMass; name: string }) {
  const label = `${name}: chosen ${fixed(mass.chosen, 3)}, rejected ${fixed(mass.rejected, 3)}, elsewhere ${fixed(mass.elsewhere, 3)}`;
  const width = (share: number) => ({ width: `${100 * share}%` });
  return (
    <div className="pl-lab-bar" role="img" aria-label={label}>
      <span className="chosen" style={width(mass.chosen)} />
      <span className="rejected" style={width(mass.rejected)} />
      <span className="elsewhere" style={width(mass.elsewhere)} />
    </div>
  );
}

export interface MassProps {
  readonly reference: LabPolicy;
  readonly optimum: LabPolicy;
  /** null: it has not begun. */
  readonly trained: readonly (readonly [LabMethod, LabPolicy | null])[];
  readonly scope: Scope;
  readonly onScope: (scope: Scope) => void;
  readonly lit: Lit;
  readonly step: number;
  readonly answers: number;
}

interface Row {
  readonly method: string;
  readonly title: string;
  readonly policy: LabPolicy | null;
  readonly lit: Lit;
}

export function Mass({ reference, optimum, trained, scope, onScope, lit, step, answers }: MassProps) {
  const rows: Row[] = [
    { method: 'ref', title: 'Reference π_ref', policy: reference, lit: 'ref' },
    { method: 'star', title: 'Optimum π*', policy: optimum, lit: 'star' },
    ...trained.map(([{ method, title }, policy]): Row => ({ method, title, policy, lit: 'trained' })),
  ];
  const massOf = (policy: LabPolicy | null) => (scope === 'all' ? policy?.mass : policy?.pairMass);
  return (
    <section className="pl-card" aria-label="Where the probability is">
      <div className="pl-card-title">
        <h2>Where the probability is</h2>
        <span className="pl-caption">
          share of all {whole(answers)} answers, after {whole(step)} steps
        </span>
        <span className="pl-grow" />
        <SegmentedControl
          aria-label="Which answers count as chosen and rejected"
          data={[
            { value: 'all', label: 'All pairs' },
            { value: 'pair', label: 'This pair' },
          ]}
          value={scope}
          onChange={(value) => onScope(value as Scope)}
        />
      </div>
      <table className="pl-lab-mass" aria-label="Share of the probability by policy">
        <thead>
          <tr>
            <th>Policy</th>
            <th>
              <span className="pl-hidden">Bar</span>
            </th>
            <th className="pl-chosen">chosen</th>
            <th className="pl-rejected">rejected</th>
            <th>elsewhere</th>
            <th title="On answers that the reference makes less often than 1 in 10 000">outside π_ref</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ method, title, policy, ...row }) => {
            const mass = massOf(policy);
            return (
              <tr key={method} data-lit={row.lit === lit ? '' : undefined}>
                <th scope="row">
                  <MethodMark method={method} title={title} />
                </th>
                <td>
                  {mass ? <MassBar mass={mass} name={title} /> : <span className="pl-caption">waits for its turn</span>}
                </td>
                <td className="pl-chosen">{fixed(mass?.chosen, 3)}</td>
                <td className="pl-rejected">{fixed(mass?.rejected, 3)}</td>
                <td>{fixed(mass?.elsewhere, 3)}</td>
                <td>{fixed(policy?.outside, 4)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
