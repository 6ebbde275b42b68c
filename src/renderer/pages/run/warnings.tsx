/** The line over the charts: one warning visible, the others folded; a dismissal is remembered by run and kind. */
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { CurveBook } from '../../../charts/curve-book.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { Banner } from '../../components/labels.tsx';
import { useSettings } from '../../settings.ts';
import { actionsOf, Remedies, type ShowOnPage } from './remedies.tsx';
import { warningsOf } from './rules/index.ts';

type Warning = ReturnType<typeof warningsOf>[number];

const MOST_REMEMBERED = 200;

const hasCurve = (book: CurveBook, name: string): boolean =>
  book.find(name) !== undefined || book.find(name, true) !== undefined;

/** Warnings of the run; what was raised once while the page is open stays, so that nothing blinks. */
function useRaised(run: RunDetail, book: CurveBook): readonly Warning[] {
  const raised = useRef(new Map<string, Warning>());
  for (const warning of warningsOf(book)) raised.current.set(warning.kind, warning);
  const { dismissed } = useSettings();
  return [...raised.current.values()].filter(({ kind }) => !dismissed.includes(`${run.id}/${kind}`));
}

function Dismiss({ run, warning }: { run: RunDetail; warning: Warning }) {
  const { dismissed, set } = useSettings();
  const dismiss = () => set({ dismissed: [...dismissed, `${run.id}/${warning.kind}`].slice(-MOST_REMEMBERED) });
  return (
    <button type="button" className="pl-link quiet" onClick={dismiss}>
      Dismiss
    </button>
  );
}

/** While a run streams, warnings take a line that is there from the start, so that the charts stay where they are. */
function HealthLine({ warnings, onOpen }: { warnings: readonly Warning[]; onOpen: () => void }) {
  const [first] = warnings;
  return (
    <div className="pl-health" role="status" data-tone={first ? 'warn' : undefined}>
      {first ? (
        <IconAlertTriangle size={16} stroke={1.6} aria-hidden="true" />
      ) : (
        <IconCheck size={16} stroke={1.6} aria-hidden="true" />
      )}
      <span className="pl-ellipsis">{first ? <strong>{first.title}</strong> : 'No warning so far.'}</span>
      {first && (
        <button type="button" className="pl-link" onClick={onOpen}>
          {warnings.length > 1 ? `Show ${warnings.length} warnings` : 'Show why'}
        </button>
      )}
    </div>
  );
}

export interface RunWarningsProps {
  readonly run: RunDetail;
  readonly book: CurveBook;
  readonly show: Omit<ShowOnPage, 'hasCurve'>;
}

export function RunWarnings({ run, book, show }: RunWarningsProps) {
  const warnings = useRaised(run, book);
  const [opened, setOpened] = useState(false);
  const [all, setAll] = useState(false);
  const live = run.status === 'running' || run.status === 'queued';
  // once the line was there it stays: the end of a run moves nothing either
  const [wasLive] = useState(live);
  if ((live || wasLive) && (!opened || warnings.length === 0))
    return <HealthLine warnings={warnings} onOpen={() => setOpened(true)} />;
  const visible = all ? warnings : warnings.slice(0, 1);
  return visible.map((warning, index) => (
    <Banner
      key={warning.kind}
      tone="warn"
      title={warning.title}
      actions={
        <>
          {index === 0 && !all && warnings.length > 1 && (
            <button type="button" className="pl-link" onClick={() => setAll(true)}>
              {warnings.length - 1} more
            </button>
          )}
          <Remedies actions={actionsOf(warning, run, { ...show, hasCurve: (name) => hasCurve(book, name) })} />
          <Dismiss run={run} warning={warning} />
        </>
      }
    >
      {warning.text}{' '}
      <span className="pl-caption">
        Raised when {warning.raisedWhen}{' '}
        <a href={warning.paper.url} target="_blank" rel="noreferrer">
          {warning.paper.title}
        </a>
      </span>
    </Banner>
  ));
}
