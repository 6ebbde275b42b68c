/** Results so far, hidden until they are asked for, so that they sway nobody: win, tie, loss, agreement, habits. */
import { Button, Switch } from '@mantine/core';
import { Fragment } from 'react';
import { counted, fixed, MISSING, percent, whole } from '../../../charts/numbers.ts';
import type { QueueResults, QueueRow, QueueSummary } from '../../../preload/contract/index.ts';
import { Figure, WinTieLoss } from '../../components/figures.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { useAction, useCall } from '../../host.ts';
import { useRater } from './draft.ts';

/** OAIF (2402.04792), table 2, helpfulness: online DPO against offline DPO, rated by people. */
const PUBLISHED = { win: 58.6, tie: 21.2, loss: 20.2, qualityA: 4.08, qualityB: 3.44 } as const;
/** Ratings between two offers to look. */
const OFFER = 25;

const share = (count: number, n: number): string => (n === 0 ? MISSING : fixed((100 * count) / n, 1));
const quality = (row: Pick<QueueRow, 'qualityA' | 'qualityB'>): string =>
  row.qualityA === null && row.qualityB === null ? MISSING : `${fixed(row.qualityA, 2)} / ${fixed(row.qualityB, 2)}`;

function RowsTable({ rows, rater, models }: { rows: readonly QueueRow[]; rater: string; models: boolean }) {
  return (
    <table className="pl-table plain dense pl-rate-rows" aria-label="Win, tie and loss by rater">
      <thead>
        <tr>
          <th>Judge</th>
          <th className="end">Win %</th>
          <th className="end">Tie %</th>
          <th className="end">Loss %</th>
          <th className="end">Quality 1–5</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={`${row.by} ${row.judge}`}>
            <tr>
              <td className="cut" title={row.by}>
                {!row.judge && row.by === rater ? 'You' : row.by}
              </td>
              <td className="end">{share(row.win, row.n)}</td>
              <td className="end">{share(row.tie, row.n)}</td>
              <td className="end">{share(row.loss, row.n)}</td>
              <td className="end">{quality(row)}</td>
            </tr>
            <tr className="pl-rate-interval">
              <td colSpan={5}>
                win rate {fixed(100 * row.winRate, 1)}, 95% {fixed(100 * row.interval[0], 1)}–
                {fixed(100 * row.interval[1], 1)}, n {whole(row.n)}
              </td>
            </tr>
          </Fragment>
        ))}
        {models && (
          <tr className="pl-3">
            <td>OAIF, table 2</td>
            <td className="end">{fixed(PUBLISHED.win, 1)}</td>
            <td className="end">{fixed(PUBLISHED.tie, 1)}</td>
            <td className="end">{fixed(PUBLISHED.loss, 1)}</td>
            <td className="end">{quality(PUBLISHED)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** What the interval says, in words. */
function verdictOf({ interval: [low, high], n }: QueueRow, total: number): string {
  const half = (high - low) / 2;
  const later =
    total > n
      ? `At ${whole(total)} ratings it shrinks to about ±${fixed(100 * half * Math.sqrt(n / total), 1)} points. `
      : '';
  if (low > 0.5) return `${later}The interval lies above 50%.`;
  return high < 0.5
    ? `${later}The interval lies below 50%.`
    : `${later}The interval still holds 50%: no difference is shown.`;
}

function Contest({ pair, rater, queue }: { pair: QueueResults['pairs'][number]; rater: string; queue: QueueSummary }) {
  const own = pair.rows.find(({ by, judge }) => by === rater && !judge);
  const total = Math.round(queue.mine / ((queue.models.length * (queue.models.length - 1)) / 2));
  return (
    <section aria-label={`${pair.a} against ${pair.b}`}>
      <p className="pl-2">
        <span className="pl-strong">{pair.a}</span> against <span className="pl-strong">{pair.b}</span>
      </p>
      <RowsTable rows={pair.rows} rater={rater} models={queue.kind === 'models'} />
      {own && own.n > 0 && (
        <>
          <WinTieLoss win={own.win} tie={own.tie} loss={own.loss} />
          <div className="pl-rate-counts">
            <span className="pl-chosen">{counted(own.win, 'win')}</span>
            <span className="pl-2">{counted(own.tie, 'tie')}</span>
            <span className="pl-rejected">{counted(own.loss, 'loss', 'losses')}</span>
          </div>
          <Figure value={fixed(100 * own.winRate, 1)} unit="% win rate" />
          <p className="pl-caption">
            95%: {fixed(100 * own.interval[0], 1)}–{fixed(100 * own.interval[1], 1)}, {counted(own.n, 'rating')}.{' '}
            {verdictOf(own, total)}
          </p>
        </>
      )}
    </section>
  );
}

function Agreement({ results, rater, queue }: { results: QueueResults; rater: string; queue: QueueSummary }) {
  const name = (who: string) => (who === rater ? 'You' : who);
  return (
    <section aria-label="Agreement" className="pl-divide">
      <h2>Agreement</h2>
      {results.agreement.length === 0 && <p className="pl-caption">Nobody else has rated your pairs, and no judge.</p>}
      <dl className="pl-dl">
        {results.agreement.map(({ first, second, n, agreed, kappa }) => (
          <div key={`${first} ${second}`} title="Cohen κ: agreement beyond chance; 0.6 is good">
            <dt>
              {name(first)} and {name(second)}, Cohen κ
            </dt>
            <dd>
              {fixed(kappa, 2)}{' '}
              <span className="pl-caption">
                {percent(agreed / n, 0)} of {counted(n, 'pair')}
              </span>
            </dd>
          </div>
        ))}
        {results.alpha !== null && (
          <div title="Krippendorff α over all people, nominal: 1 is perfect, 0 is chance">
            <dt>All raters, Krippendorff α</dt>
            <dd>
              {fixed(results.alpha, 2)} <span className="pl-caption">{counted(results.overlap, 'pair')}</span>
            </dd>
          </div>
        )}
      </dl>
      <p className="pl-caption">
        {whole(results.overlap)} of {counted(queue.overlap, 'pair')} of the overlap{' '}
        {results.overlap === 1 ? 'has' : 'have'} more than one rating.
      </p>
    </section>
  );
}

function Habits({ results, rater }: { results: QueueResults; rater: string }) {
  const own = results.sides.find((side) => side.rater === rater);
  return (
    <section aria-label="Sides" className="pl-divide">
      <h2>Sides</h2>
      <p className="pl-2">
        {own && own.decided > 0
          ? `You chose the left answer in ${percent(own.left / own.decided, 0)} of decided pairs. 50% is no habit.`
          : 'No pair is decided yet.'}
      </p>
      {results.tags.length > 0 && (
        <p className="pl-caption">{results.tags.map(({ tag, count }) => `${tag} ${whole(count)}`).join(', ')}</p>
      )}
    </section>
  );
}

function Version({ queue }: { queue: QueueSummary }) {
  const make = useAction('queues.makeVersion', ['datasets.list']);
  return (
    <section aria-label="New version" className="pl-divide">
      <h2>New version</h2>
      <p className="pl-caption">Rows of {queue.dataset} as most raters say; who said so stays with each row.</p>
      <Button onClick={() => make.mutate({ id: queue.id })} loading={make.isPending}>
        Make version
      </Button>
      <p className={make.error ? 'pl-danger' : 'pl-2'} role="status">
        {make.error?.message ??
          (make.data &&
            `${make.data.dataset} has version ${make.data.version}: ${whole(make.data.rated)} of ${counted(make.data.rows, 'row')} rated, ${whole(make.data.changed)} changed.`)}
      </p>
    </section>
  );
}

function Shown({ queue, rater }: { queue: QueueSummary; rater: string }) {
  const results = useCall('queues.results', { id: queue.id }, { fresh: true, keep: true });
  if (results.error) return <p className="pl-danger">{results.error.message}</p>;
  if (!results.data) return null;
  return (
    <div className="pl-rate-results">
      {results.data.pairs.map((pair) => (
        <Contest key={`${pair.a} ${pair.b}`} pair={pair} rater={rater} queue={queue} />
      ))}
      <Agreement results={results.data} rater={rater} queue={queue} />
      <Habits results={results.data} rater={rater} />
    </div>
  );
}

/** Who is to rate how much. */
function overlapWords({ items, overlap, ratersEach, dealtTo }: QueueSummary): string {
  const who = dealtTo.length > 0 ? ` of ${dealtTo.join(', ')}` : '';
  const many =
    ratersEach === null ? (dealtTo.length > 0 ? `all${who}` : 'everybody') : `${ratersEach}${who || ' people'}`;
  if (overlap === 0) return `each rated by one${who || ' person'}`;
  return overlap >= items ? `each rated by ${many}` : `${whole(overlap)} of them rated by ${many}, the others by one`;
}

export function ResultsPanel({ queue, rater }: { queue: QueueSummary; rater: string }) {
  const { showsResults, showResults } = useRater();
  const others = queue.raters.filter(({ name }) => name !== rater);
  const offered = queue.rated > 0 && queue.rated % OFFER === 0;
  return (
    <SidePanel
      label="Results so far"
      title={<h2>Results so far</h2>}
      actions={
        <Switch
          label="show"
          labelPosition="left"
          checked={showsResults}
          onChange={(event) => showResults(event.currentTarget.checked)}
        />
      }
    >
      {showsResults ? (
        <Shown queue={queue} rater={rater} />
      ) : (
        <p className="pl-2">
          Hidden while you rate, so that they sway nobody.
          {offered && ` ${whole(queue.rated)} pairs are rated: a good moment to look.`}
        </p>
      )}
      <section className="pl-divide" aria-label="About this queue">
        {queue.items === 0 ? (
          <p className="pl-caption">Its pairs are counted and dealt when the models have answered.</p>
        ) : (
          <p className="pl-caption">
            {counted(queue.items, 'pair')}
            {queue.dataset && ` from ${queue.dataset}`}, {overlapWords(queue)}. You rated {whole(queue.rated)} of{' '}
            {whole(queue.mine)}
            {others.map(({ name, ratings }) => `, ${name} ${whole(ratings)}`).join('')}.
            {queue.judge &&
              ` ${queue.judge} judges beside you: ${whole(queue.judged)} of ${whole(queue.items)}; you see its word after yours.`}
          </p>
        )}
      </section>
      {queue.kind === 'dataset' && <Version queue={queue} />}
    </SidePanel>
  );
}
