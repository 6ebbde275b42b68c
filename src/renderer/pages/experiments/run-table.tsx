/** The table of runs: groups, sort, the columns that were chosen, and rows that are marked to be acted on together. */
import { Checkbox } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { RunSummary } from '../../../preload/contract/index.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { useKeys } from '../../shortcuts.ts';
import { canBeCompared } from '../compare/add-runs.tsx';
import { comparePath } from '../compare/view.ts';
import { groupOf, type RunView } from './arrange.ts';
import type { RunColumn } from './run-columns.tsx';

export type Marks = ReadonlySet<string>;

/** The marks with those of some rows turned on, or off. */
export function withMarks(marks: Marks, ids: readonly string[], on: boolean): Marks {
  const next = new Set(marks);
  for (const id of ids)
    if (on) next.add(id);
    else next.delete(id);
  return next;
}

export interface RunTableProps {
  readonly rows: readonly RunSummary[];
  readonly columns: readonly RunColumn[];
  readonly view: RunView;
  readonly onView: (change: Partial<RunView>) => void;
  readonly marks: Marks;
  readonly onMarks: (marks: Marks) => void;
}

function markColumn(rows: readonly RunSummary[], marks: Marks, onMarks: (marks: Marks) => void): Column<RunSummary> {
  const ids = rows.map(({ id }) => id);
  const count = ids.filter((id) => marks.has(id)).length;
  return {
    id: 'mark',
    width: '46px',
    head: (
      <Checkbox
        className="pl-mark-box"
        size="xs"
        aria-label="Select all runs"
        checked={count > 0 && count === ids.length}
        indeterminate={count > 0 && count < ids.length}
        onChange={(event) => onMarks(withMarks(marks, ids, event.currentTarget.checked))}
      />
    ),
    cell: (run) => (
      <Checkbox
        className="pl-mark-box"
        size="xs"
        tabIndex={-1}
        aria-label={`Select ${run.name}`}
        checked={marks.has(run.id)}
        onChange={(event) => onMarks(withMarks(marks, [run.id], event.currentTarget.checked))}
      />
    ),
  };
}

/** X marks the row, Shift X all from the last mark to it, Ctrl A all that are shown; C compares, Escape clears. */
function useMarkKeys({ rows, marks, onMarks }: RunTableProps, at: number) {
  const [, navigate] = useLocation();
  const [last, setLast] = useState(-1);
  const chosen = marks.size > 0 ? rows.filter(({ id }) => marks.has(id)) : rows.slice(at, at + 1);
  useKeys({
    X: () => {
      if (at < 0) return;
      setLast(at);
      onMarks(withMarks(marks, [rows[at].id], !marks.has(rows[at].id)));
    },
    'Shift+X': () => {
      if (at < 0) return;
      const [from, to] = [Math.min(last < 0 ? at : last, at), Math.max(last, at)];
      const range = rows.slice(from, to + 1).map(({ id }) => id);
      onMarks(withMarks(marks, range, true));
    },
    'Ctrl+A': () => {
      const all = rows.map(({ id }) => id);
      onMarks(withMarks(marks, all, true));
    },
    C: () => {
      const runs = at < 0 && marks.size === 0 ? [] : chosen.filter(canBeCompared);
      if (runs.length > 0) navigate(comparePath(runs.map(({ id }) => id)));
    },
    Escape: () => onMarks(new Set()),
  });
}

export function RunTable(props: RunTableProps) {
  const { rows, columns, view, onView, marks, onMarks } = props;
  const [, navigate] = useLocation();
  const [selectedId, select] = useState<string | null>(null);
  const { grouping, sort } = view;
  const groupBefore = useCallback(
    (index: number) => {
      const group = groupOf(rows[index], grouping);
      if (grouping === 'none' || (index > 0 && group === groupOf(rows[index - 1], grouping))) return null;
      const size = rows.filter((run) => groupOf(run, grouping) === group).length;
      return (
        <>
          <span className="pl-strong">{group}</span> <span className="pl-3">{counted(size, 'run')}</span>
        </>
      );
    },
    [rows, grouping],
  );
  const drawn = useMemo(() => [markColumn(rows, marks, onMarks), ...columns], [rows, columns, marks, onMarks]);
  const selected = rows.findIndex(({ id }) => id === selectedId);
  useMarkKeys(props, selected);
  return (
    <DataTable
      label="Runs"
      columns={drawn}
      count={rows.length}
      row={(index) => rows[index]}
      selected={selected === -1 ? null : selected}
      onSelect={(index) => select(index === null ? null : rows[index].id)}
      onOpen={(index) => navigate(`/runs/${rows[index].id}`)}
      sort={sort}
      onSort={(column) => onView({ sort: { column, descending: sort.column === column ? !sort.descending : true } })}
      groupBefore={groupBefore}
    />
  );
}
