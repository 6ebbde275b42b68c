/** The series of a comparison as chips: pointed at, hidden, taken out; and how the charts are drawn. */
import { ActionIcon, SegmentedControl, Switch, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff, IconX } from '@tabler/icons-react';
import { seriesTitle } from '../../../charts/compare-charts.ts';
import type { XAxis } from '../../../charts/metric-groups.ts';
import { counted } from '../../../charts/numbers.ts';
import type { CompareSeries, CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';

const runsWords = ({ runs }: CompareSeries): string =>
  runs.length > 1 ? counted(runs.length, 'seed') : runs[0].seed === null ? '' : `seed ${runs[0].seed}`;

export interface ChipsProps {
  readonly set: CompareSet;
  readonly view: CompareView;
  readonly onView: (change: Partial<CompareView>) => void;
  readonly onRuns: (runs: readonly string[]) => void;
  readonly onFocus: (key: string | null) => void;
}

function Chip({ series, view, onView, onRuns, onFocus }: { series: CompareSeries } & Omit<ChipsProps, 'set'>) {
  const title = seriesTitle(series);
  const hidden = view.hidden.includes(series.key);
  const toggle = () =>
    onView({ hidden: hidden ? view.hidden.filter((key) => key !== series.key) : [...view.hidden, series.key] });
  const own = series.runs.map(({ id }) => id);
  const point = (key: string | null) => () => onFocus(hidden ? null : key);
  return (
    <li
      className="pl-compare-chip"
      data-hidden={hidden || undefined}
      title={series.runs.map(({ name }) => name).join('\n')}
      onMouseEnter={point(series.key)}
      onMouseLeave={point(null)}
      onFocus={point(series.key)}
      onBlur={point(null)}
    >
      <MethodMark method={series.method} title={title} />
      <span className="pl-caption">{runsWords(series)}</span>
      <ActionIcon size={24} aria-label={`${hidden ? 'Show' : 'Hide'} ${title}`} aria-pressed={hidden} onClick={toggle}>
        {hidden ? <IconEyeOff size={14} /> : <IconEye size={14} />}
      </ActionIcon>
      <ActionIcon
        size={24}
        aria-label={`Take ${title} out`}
        onClick={() => onRuns(view.runs.filter((id) => !own.includes(id)))}
      >
        <IconX size={14} />
      </ActionIcon>
    </li>
  );
}

export function Chips(props: ChipsProps) {
  const { set } = props;
  return (
    <ul className="pl-compare-chips" aria-label="Series">
      {set.series.map((series) => (
        <Chip key={series.key} series={series} {...props} />
      ))}
      {set.reference !== null && (
        <li className="pl-compare-chip">
          <MethodMark method="ref" title={set.reference} />
          <span className="pl-caption">reference</span>
        </li>
      )}
    </ul>
  );
}

const BANDS = ['min–max', '95% CI'] as const;

export function DrawingTools({ set, view, onView }: Pick<ChipsProps, 'set' | 'view' | 'onView'>) {
  return (
    <div className="pl-compare-tools">
      <span className="pl-caption">x axis</span>
      <SegmentedControl
        aria-label="Horizontal axis"
        data={set.axes.map((each) => ({ value: each, label: each }))}
        value={set.axes.includes(view.axis) ? view.axis : 'step'}
        onChange={(axis) => onView({ axis: axis as XAxis })}
      />
      <Tooltip label="Over seeds: smallest and largest, or Student’s interval of the mean from three seeds on">
        <span className="pl-caption">band</span>
      </Tooltip>
      <SegmentedControl
        aria-label="Band"
        data={[...BANDS]}
        value={view.band}
        onChange={(band) => onView({ band: band as CompareView['band'] })}
      />
      <Switch label="log x" checked={view.logX} onChange={(event) => onView({ logX: event.currentTarget.checked })} />
      <Switch label="log y" checked={view.logY} onChange={(event) => onView({ logY: event.currentTarget.checked })} />
    </div>
  );
}
