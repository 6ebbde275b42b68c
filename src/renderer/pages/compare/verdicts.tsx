/** Win, tie and loss of every two series by a judge: a bar each while they are few, a table of win rates when they are many. */
import { seriesTitle } from '../../../charts/compare-charts.ts';
import { fixed, MISSING, percent, whole } from '../../../charts/numbers.ts';
import { type CompareSet, type CompareVerdict, verdictBetween } from '../../../preload/contract/index.ts';
import { WinTieLoss } from '../../components/figures.tsx';
import { MethodMark } from '../../components/labels.tsx';

export interface Side {
  readonly key: string;
  readonly method: string;
  readonly title: string;
}

/** The series that are drawn, and the reference. */
export function sidesOf(set: CompareSet, hidden: readonly string[]): Side[] {
  const shown = set.series.filter(({ key }) => !hidden.includes(key));
  return [
    ...shown.map((series) => ({ key: series.key, method: series.method, title: seriesTitle(series) })),
    ...(set.reference === null ? [] : [{ key: `model:${set.reference}`, method: 'ref', title: set.reference }]),
  ];
}

function PairBar({ a, b, verdict }: { a: Side; b: Side; verdict: CompareVerdict }) {
  const { n, win, tie, loss, winRate, interval, lengthControlled } = verdict;
  return (
    <li className="pl-compare-pair">
      <p className="pl-row">
        <MethodMark method={a.method} title={a.title} /> <span className="pl-caption">vs</span>{' '}
        <MethodMark method={b.method} title={b.title} />
        <span className="pl-grow" />
        <span className="pl-strong">{percent(winRate)}</span>
        <span className="pl-caption">
          {fixed(100 * interval[0], 1)}–{fixed(100 * interval[1], 1)}
        </span>
      </p>
      <WinTieLoss win={win} tie={tie} loss={loss} />
      <p className="pl-compare-shares">
        <span>{percent(win / n)} win</span>
        <span className="pl-2">{percent(tie / n)} tie</span>
        <span>{percent(loss / n)} loss</span>
      </p>
      <p className="pl-caption">
        {percent(lengthControlled)} at equal length, {fixed(verdict.lengthA, 1)} against {fixed(verdict.lengthB, 1)}{' '}
        {verdict.lengthUnit}, n {whole(n)}
      </p>
    </li>
  );
}

/** Two sides of a pair that was judged. */
function pairsOf(sides: readonly Side[], verdicts: readonly CompareVerdict[]) {
  return sides.flatMap((a, i) =>
    sides.slice(i + 1).flatMap((b) => {
      const verdict = verdictBetween(verdicts, a.key, b.key);
      return verdict ? [{ a, b, verdict }] : [];
    }),
  );
}

function MatrixCell({ verdict }: { verdict: CompareVerdict }) {
  const { n, win, tie, loss, winRate, interval, lengthControlled } = verdict;
  const shares = [win, tie, loss].map((count) => fixed((100 * count) / n, 0)).join(' / ');
  return (
    <>
      <span className="pl-strong">{percent(winRate)}</span>{' '}
      <span className="pl-caption">
        {fixed(100 * interval[0], 1)}–{fixed(100 * interval[1], 1)}
      </span>
      <span className="pl-compare-difference pl-caption">
        <span>{shares}</span> <span>{percent(lengthControlled)} at equal length</span>
      </span>
    </>
  );
}

function Matrix({ sides, verdicts }: { sides: readonly Side[]; verdicts: readonly CompareVerdict[] }) {
  return (
    <>
      <p className="pl-caption">
        Of the row against the column: win rate and its interval, win / tie / loss in percent, win rate at equal length.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="pl-compare-scroll pl-compare-matrix" tabIndex={0} aria-label="Win rates, table">
        <table className="pl-table dense" aria-label="Win rate of the row against the column">
          <thead>
            <tr>
              <th>Win rate of, against</th>
              {sides.map((side) => (
                <th key={side.key} className="end">
                  <MethodMark method={side.method} title={side.title} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sides.map((a) => (
              <tr key={a.key}>
                <th scope="row">
                  <MethodMark method={a.method} title={a.title} />
                </th>
                {sides.map((b) => {
                  const verdict = verdictBetween(verdicts, a.key, b.key);
                  return (
                    <td key={b.key} className="end">
                      {a.key === b.key ? '' : verdict ? <MatrixCell verdict={verdict} /> : MISSING}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** More sides than these make more bars than can be read. */
const MOST_BARS = 4;

export function Verdicts({ sides, verdicts }: { sides: readonly Side[]; verdicts: readonly CompareVerdict[] }) {
  const pairs = pairsOf(sides, verdicts);
  if (pairs.length === 0) return null;
  if (sides.length > MOST_BARS) return <Matrix sides={sides} verdicts={verdicts} />;
  return (
    <ul className="pl-compare-pairs" aria-label="Win, tie and loss">
      {pairs.map(({ a, b, verdict }) => (
        <PairBar key={`${a.key} ${b.key}`} a={a} b={b} verdict={verdict} />
      ))}
    </ul>
  );
}
