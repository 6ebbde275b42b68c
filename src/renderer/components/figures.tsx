/** Small parts that show numbers: figure, difference, bar, win / tie / loss, list of facts. */
import type { ReactNode } from 'react';
import { fixed, percent, signed } from '../../charts/numbers.ts';
import './parts.css';

/** The number that leads a panel. */
export function Figure({ value, unit }: { value: string; unit?: string }) {
  return (
    <p className="pl-figure">
      {value}
      {unit && <small>{unit}</small>}
    </p>
  );
}

/** A value with its 95% interval behind it. */
export function Delta({
  value,
  interval,
  decimals = 2,
}: {
  value: number | null;
  interval?: readonly [number, number];
  decimals?: number;
}) {
  return (
    <span>
      {signed(value, decimals)}
      {interval && (
        <span className="pl-caption">
          {' '}
          {fixed(interval[0], decimals)} to {fixed(interval[1], decimals)}
        </span>
      )}
    </span>
  );
}

export interface BarProps {
  readonly value: number;
  readonly of: number;
  readonly label: string;
  readonly large?: boolean;
  readonly danger?: boolean;
  /** Places of gaps, as shares of the whole: evaluation steps. */
  readonly marks?: readonly number[];
}

/** Progress: filled share of a line. */
export function Bar({ value, of, label, large, danger, marks = [] }: BarProps) {
  const share = of > 0 ? Math.min(1, Math.max(0, value / of)) : 0;
  return (
    <div
      className="pl-bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(of, 0)}
      aria-valuenow={Math.min(value, Math.max(of, 0))}
      data-size={large ? 'large' : undefined}
      data-tone={danger ? 'danger' : undefined}
    >
      <span style={{ width: `${100 * share}%` }} />
      {marks.map((mark) => (
        <i key={mark} style={{ left: `${100 * mark}%` }} />
      ))}
    </div>
  );
}

/** Win, tie, loss as one bar, always in this order. The numbers stand beside it, never on it. */
export function WinTieLoss({ win, tie, loss }: { win: number; tie: number; loss: number }) {
  const n = win + tie + loss;
  const label = `win ${percent(win / n)}, tie ${percent(tie / n)}, loss ${percent(loss / n)} of ${n}`;
  return (
    <div className="pl-wtl" role="img" aria-label={n === 0 ? 'no comparison' : label}>
      {win > 0 && <span style={{ flex: win, background: 'var(--pl-chosen-fill)' }} />}
      {tie > 0 && <span style={{ flex: tie, background: 'var(--pl-tie-fill)' }} />}
      {loss > 0 && <span style={{ flex: loss, background: 'var(--pl-rejected-fill)' }} />}
    </div>
  );
}

/** Colour square and its word. */
export function Legend({ colour, children }: { colour: string; children: ReactNode }) {
  return (
    <span className="pl-legend">
      <i style={{ background: `var(--pl-${colour})` }} aria-hidden="true" />
      {children}
    </span>
  );
}

/** Term and value in lines. Rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | null)[] }) {
  const kept = rows.filter((row) => row !== null);
  return (
    <dl className="pl-dl">
      {kept.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
