/** The findings of a quality report as a table, and its baselines with their intervals. */
import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react';
import { percent, whole } from '../../../charts/numbers.ts';
import type { QualityBaseline, QualityFinding, QualityReport } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';

function Sign({ finding: { warns, skipped } }: { finding: QualityFinding }) {
  const icon = { size: 15, stroke: 1.7, 'aria-hidden': true } as const;
  if (skipped !== null) return <IconMinus {...icon} className="pl-3" />;
  return warns ? <IconAlertTriangle {...icon} className="pl-warn" /> : <IconCheck {...icon} className="pl-ok" />;
}

interface RowProps {
  readonly finding: QualityFinding;
  readonly onShowRows: (check: string) => void;
}

function Row({ finding, onShowRows }: RowProps) {
  const { id, title, count, share, meaning, skipped } = finding;
  return (
    <tr>
      <td className="pl-nowrap">
        <span className="pl-row">
          <Sign finding={finding} /> <span className={finding.warns ? 'pl-strong' : undefined}>{title}</span>
        </span>
      </td>
      <td className="end">
        {count > 0 ? (
          <button
            type="button"
            className="pl-link pl-strong"
            aria-label={`Show the ${whole(count)} rows: ${title}`}
            onClick={() => onShowRows(id)}
          >
            {whole(count)}
          </button>
        ) : (
          <span className="pl-3">{skipped === null ? '0' : '–'}</span>
        )}
      </td>
      <td className="end pl-2">{skipped !== null ? '–' : count === 0 ? '0%' : percent(share)}</td>
      <td className="pl-2">{skipped ?? meaning}</td>
    </tr>
  );
}

export function Findings({ report, onShowRows }: { report: QualityReport } & Pick<RowProps, 'onShowRows'>) {
  return (
    <div className="pl-card flush">
      <table className="pl-table pl-findings" aria-label="Checks">
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col" className="end">
              Rows
            </th>
            <th scope="col" className="end">
              Share
            </th>
            <th scope="col">What it means</th>
          </tr>
        </thead>
        <tbody>
          {report.findings.map((finding) => (
            <Row key={finding.id} finding={finding} onShowRows={onShowRows} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shares that all baselines fit into, half in it. */
function rangeOf(baselines: readonly QualityBaseline[]): readonly [number, number] {
  const ends = baselines.flatMap(({ interval }) => interval ?? []);
  return [Math.min(0.4, ...ends) - 0.02, Math.max(0.7, ...ends) + 0.02];
}

function Interval({ baseline, range: [low, high] }: { baseline: QualityBaseline; range: readonly [number, number] }) {
  const { title, accuracy, interval, n, meaning } = baseline;
  const place = (share: number) => `${(100 * (share - low)) / (high - low)}%`;
  return (
    <div className="pl-baseline" title={meaning}>
      <span>{title}</span>
      <span className="pl-interval" aria-hidden="true">
        <i className="half" style={{ left: place(0.5) }} />
        {interval && (
          <i className="line" style={{ left: place(interval[0]), right: `calc(100% - ${place(interval[1])})` }} />
        )}
        {accuracy !== null && <i className="dot" style={{ left: place(accuracy) }} />}
      </span>
      <span className="pl-nowrap">
        <span className="pl-strong">{percent(accuracy)}</span>{' '}
        <span className="pl-caption">
          {interval ? `${percent(interval[0])} to ${percent(interval[1])}` : `${whole(n)} pairs are too few`}
        </span>
      </span>
    </div>
  );
}

/** What the baselines say together, in a sentence. */
function verdictOf(baselines: readonly QualityBaseline[]): string {
  const telling = baselines.filter(({ interval }) => interval !== null && (interval[0] > 0.55 || interval[1] < 0.45));
  if (telling.length === 0) return 'Both are near chance, so a reward model has to read.';
  const names = telling.map(({ title }) => title.toLowerCase()).join(' and ');
  return `The ${names} ${telling.length === 1 ? 'gives' : 'give'} part of the label away: a model can do well without reading.`;
}

export function Baselines({ report: { baselines } }: { report: QualityReport }) {
  if (baselines.length === 0) return null;
  const range = rangeOf(baselines);
  return (
    <Card title="Is this data easy to fool?" note="accuracy, 95% interval; the line is 50%">
      {baselines.map((baseline) => (
        <Interval key={baseline.id} baseline={baseline} range={range} />
      ))}
      <p className="pl-caption">
        {baselines[0].interval && verdictOf(baselines)} {baselines.map(({ n }) => whole(n)).join(' and ')} decided
        pairs.
      </p>
    </Card>
  );
}
