/** The banner over the charts: one warning visible, the others folded; a dismissal is remembered by run and kind. */
import { useMemo, useState } from 'react';
import type { MetricPoint, RunDetail } from '../../../preload/contract/index.ts';
import { Banner } from '../../components/labels.tsx';
import { useSettings } from '../../settings.ts';
import { warningsOf } from './diagnostics.ts';

const MOST_REMEMBERED = 200;

export function RunWarnings({ run, points }: { run: RunDetail; points: readonly MetricPoint[] }) {
  const { dismissed, set } = useSettings();
  const [all, setAll] = useState(false);
  const found = useMemo(() => warningsOf(points), [points]);
  const open = found.filter((warning) => !dismissed.includes(`${run.id}/${warning.kind}`));
  const visible = all ? open : open.slice(0, 1);
  return visible.map((warning, index) => (
    <Banner
      key={warning.kind}
      tone="warn"
      title={warning.title}
      actions={
        <>
          {index === 0 && !all && open.length > 1 && (
            <button type="button" className="pl-link" onClick={() => setAll(true)}>
              {open.length - 1} more
            </button>
          )}
          <button
            type="button"
            className="pl-link quiet"
            onClick={() => set({ dismissed: [...dismissed, `${run.id}/${warning.kind}`].slice(-MOST_REMEMBERED) })}
          >
            Dismiss
          </button>
        </>
      }
    >
      {warning.text}
    </Banner>
  ));
}
