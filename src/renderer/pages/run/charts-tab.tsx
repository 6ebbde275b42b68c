/** The Charts tab: toolbar, then one section for each group of metrics. */
import { SegmentedControl, Slider, Switch, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { CurveBook } from '../../../charts/curve-book.ts';
import type { LineChart } from '../../../charts/line-chart.ts';
import { methodLook } from '../../../charts/method-looks.ts';
import { axesOf, chartGroups, type XAxis } from '../../../charts/metric-groups.ts';
import { specChart } from '../../../charts/spec-chart.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { MetricChart } from '../../components/metric-chart.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useSettings } from '../../settings.ts';

function Section({ title, note, children }: { title: string; note: string; children: React.ReactNode }) {
  const [open, setOpen] = useState(true);
  const Arrow = open ? IconChevronDown : IconChevronRight;
  return (
    <section className="pl-metric-group" aria-label={title}>
      <h2>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Arrow size={16} stroke={1.6} aria-hidden="true" /> {title}
          <span className="pl-caption">{note}</span>
        </button>
      </h2>
      {open && <div className="pl-charts">{children}</div>}
    </section>
  );
}

export interface ChartsTabProps {
  readonly run: RunDetail;
  readonly book: CurveBook;
  /** Changes when the book has new values. */
  readonly version: number;
  readonly height: number;
  /** Part of the names of metrics that are shown; '' shows all. */
  readonly wanted: string;
  readonly onWanted: (wanted: string) => void;
}

/** Logarithmic axes: what is not above 0 has no place on them. */
type LogAxes = Pick<LineChart, 'logX' | 'logY'>;
const AXES: readonly XAxis[] = ['step', 'tokens', 'time', 'KL'];
const LINEAR: LogAxes = { logX: false, logY: false };

/** Spec and chart of every group, made anew when there are new values or another choice. */
function useGroups({ run, book, version, wanted }: ChartsTabProps, axis: XAxis, log: LogAxes) {
  const { smoothing } = useSettings();
  const { method, maxSteps } = run;
  const { colour } = methodLook(method);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for the content of `book`
  return useMemo(
    () =>
      chartGroups(book, { axis, wanted, method }).map(({ charts, ...group }) => ({
        ...group,
        charts: charts.map((spec) => ({
          ...spec,
          chart: { ...specChart(spec, colour, axis, smoothing, maxSteps), ...log },
        })),
      })),
    [book, version, axis, wanted, method, colour, smoothing, maxSteps, log],
  );
}

export function ChartsTab(props: ChartsTabProps) {
  const { run, book, height, wanted, onWanted } = props;
  const { smoothing, set } = useSettings();
  const [axis, setAxis] = useState<XAxis>('step');
  const [log, setLog] = useState(LINEAR);
  const axes = axesOf(book);
  const groups = useGroups(props, axis, log);
  const paired = book.find('rewards/chosen') !== undefined;
  return (
    <>
      <div className="pl-toolbar">
        <TextInput
          data-search=""
          aria-label="Find a metric"
          placeholder="Find a metric"
          leftSection={<IconSearch />}
          value={wanted}
          onChange={(event) => onWanted(event.currentTarget.value)}
          w={160}
        />
        <span className="pl-caption">smoothing</span>
        <Slider
          w={80}
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          onChange={(value) => set({ smoothing: value })}
          thumbLabel="Smoothing"
        />
        <span className="pl-caption" style={{ width: 28 }}>
          {smoothing.toFixed(2)}
        </span>
        <SegmentedControl
          aria-label="Horizontal axis"
          // all of them from the start: what the run does not have cannot be chosen, and nothing moves when it comes
          data={AXES.map((each) => ({ value: each, label: each, disabled: !axes.includes(each) }))}
          value={axis}
          onChange={(value) => setAxis(value as XAxis)}
        />
        <span className="pl-row pl-log-axes">
          <Switch
            label="log x"
            checked={log.logX}
            onChange={(event) => setLog({ ...log, logX: event.currentTarget.checked })}
          />
          <Switch
            label="log y"
            checked={log.logY}
            onChange={(event) => setLog({ ...log, logY: event.currentTarget.checked })}
          />
        </span>
        <span className="pl-grow" />
        {paired && (
          <span className="pl-row pl-2">
            <span className="pl-line-key" aria-hidden="true" /> chosen
            <span className="pl-line-key rejected" aria-hidden="true" /> rejected
          </span>
        )}
      </div>
      {groups.map((group) => (
        <Section key={group.id} title={group.id} note={group.note}>
          {group.charts.map(({ id, help, chart }) => (
            <MetricChart key={id} title={id} chart={chart} height={height} help={help} group={run.id} />
          ))}
        </Section>
      ))}
      {groups.length === 0 && (
        <EmptyState title={emptyTitle(wanted, run.status)}>
          {wanted ? 'Another part of a name may, such as "reward".' : emptyHint(run.status)}
        </EmptyState>
      )}
    </>
  );
}

const isOver = (status: RunDetail['status']): boolean => status === 'finished' || status === 'stopped';

function emptyTitle(wanted: string, status: RunDetail['status']): string {
  if (wanted) return `No metric matches "${wanted}".`;
  return isOver(status) ? 'This run has no curves.' : 'No values yet.';
}

const emptyHint = (status: RunDetail['status']): string =>
  isOver(status) ? 'What it found stands in its log.' : 'The first curve starts with the first step.';
