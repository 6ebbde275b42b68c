/** Both forced answers under the reference and each model: absolute, relative, and what the loss makes of it. */
import { IconAlertTriangle } from '@tabler/icons-react';
import { compact, fixed, MISSING, shown, signed } from '../../../charts/numbers.ts';
import { MethodMark } from '../../components/labels.tsx';
import { type ForcedNumbers, type ForcedSide, probability } from './numbers.ts';
import { probabilityText } from './token-words.ts';

export interface ForcedRow {
  readonly model: string;
  readonly title: string;
  readonly method: string;
  readonly beta: number;
  readonly chosen: ForcedSide;
  readonly rejected: ForcedSide | null;
  readonly numbers: ForcedNumbers;
}

function Probability({ logp, tone }: { logp: number | null; tone?: 'chosen' | 'rejected' }) {
  return (
    <td className="end pl-two-lines">
      <span className={tone && `pl-${tone}`}>{probabilityText(probability(logp))}</span>
      <span className="pl-caption">{logp === null ? MISSING : `ln ${fixed(logp, 2)}`}</span>
    </td>
  );
}

/** Change of a probability: small ones with their power of ten. */
const changeText = (change: number | null): string =>
  change === null
    ? MISSING
    : Math.abs(change) >= 0.001 || change === 0
      ? signed(change, 3)
      : `${change > 0 ? '+' : ''}${compact(change)}`;

function Reference({ row, name }: { row: ForcedRow; name: string }) {
  const rejected = row.rejected?.refLogp ?? null;
  const both = (probability(row.chosen.refLogp) ?? 0) + (probability(rejected) ?? 0);
  return (
    <tr>
      <th scope="row">
        <MethodMark method="ref" title={`Reference: ${name}`} />
      </th>
      <Probability logp={row.chosen.refLogp} tone="chosen" />
      <Probability logp={rejected} tone="rejected" />
      <td className="end">{row.chosen.refLogp === null ? MISSING : probabilityText(Math.max(0, 1 - both))}</td>
      <td className="end">{MISSING}</td>
      <td className="end">0</td>
      <td className="end">{row.rejected ? '0' : MISSING}</td>
      <td className="end">{row.rejected ? '0' : MISSING}</td>
      <td className="end">{row.rejected ? fixed(Math.LN2, 3) : MISSING}</td>
    </tr>
  );
}

export function ForceTable({ rows, reference }: { rows: readonly ForcedRow[]; reference: string | null }) {
  const withReference = rows.find(({ chosen }) => chosen.refLogp !== null);
  const betas = new Set(rows.map(({ beta }) => beta));
  const oneBeta = betas.size === 1 ? [...betas][0] : null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="pl-card flush pl-wide-table" tabIndex={0} aria-label="Probabilities of the forced answers">
      <table className="pl-table pl-force-table">
        <thead>
          <tr>
            <th>Model</th>
            <th className="end">π(y⁺)</th>
            <th className="end">π(y⁻)</th>
            <th className="end">everything else</th>
            <th className="end">change of y⁺</th>
            <th className="end">log π/π_ref y⁺</th>
            <th className="end">log π/π_ref y⁻</th>
            <th className="end">margin{oneBeta !== null && `, β ${shown(oneBeta)}`}</th>
            <th className="end">DPO loss</th>
          </tr>
        </thead>
        <tbody>
          {withReference && reference && <Reference row={withReference} name={reference} />}
          {rows.map(({ model, title, method, beta, chosen, rejected, numbers }) => (
            <tr key={model}>
              <th scope="row">
                <MethodMark method={method} title={title} />
              </th>
              <Probability logp={chosen.logp} tone="chosen" />
              <Probability logp={rejected?.logp ?? null} tone="rejected" />
              <td className="end">{probabilityText(numbers.elsewhere)}</td>
              <td className="end">
                {changeText(numbers.change)}
                {numbers.change !== null && numbers.change < 0 && (
                  <span className="pl-run-warning" title="y⁺ became less likely">
                    <IconAlertTriangle size={14} stroke={1.6} aria-label="less likely than under the reference" />
                  </span>
                )}
              </td>
              <td className="end">{signed(numbers.chosenRatio, 3)}</td>
              <td className="end">{signed(numbers.rejectedRatio, 3)}</td>
              <td className="end">
                {signed(numbers.margin, 3)}
                {oneBeta === null && <span className="pl-caption"> β {shown(beta)}</span>}
              </td>
              <td className="end">{fixed(numbers.loss, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
