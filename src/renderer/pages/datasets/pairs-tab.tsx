/** The rows of a version: filters, a table that fetches what is scrolled to, and the reader of the selected row below. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { counted, whole } from '../../../charts/numbers.ts';
import type { DatasetKind, DerivedVersion, PairQuery } from '../../../preload/contract/index.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { useKeys } from '../../shortcuts.ts';
import { rowsCounted } from './chat-text.ts';
import { FilteredVersion } from './filtered-version.tsx';
import { pairColumns, SORTS } from './pair-columns.tsx';
import { PairFilters } from './pair-filters.tsx';
import { usePairLines } from './pair-lines.ts';
import { EVERYTHING, filterCount, sortedBy } from './pair-query.ts';
import { PairReader } from './pair-reader.tsx';
import { usePendingEdits, verdictOf, WaitingEdits } from './pending-edits.tsx';

/** The selected place in the list, and whether its reader is open: Esc closes the reader first, then clears the selection. */
interface Selection {
  readonly at: number | null;
  readonly reading: boolean;
}

const NOTHING: Selection = { at: null, reading: false };

export interface PairsTabProps {
  readonly versionId: string;
  readonly kind: DatasetKind;
  /** What is asked first. */
  readonly first: PairQuery;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

export function PairsTab({ versionId, kind, first, onMade }: PairsTabProps) {
  const [query, setQuery] = useState(first);
  const [selection, setSelection] = useState(NOTHING);
  // another number makes another search field, an empty one
  const [clears, setClears] = useState(0);
  const lines = usePairLines(versionId, query);
  const all = usePairLines(versionId, EVERYTHING);
  const columns = useMemo(() => pairColumns(kind, query.search), [kind, query.search]);
  const total = lines.total() ?? 0;
  const { at, reading } = selection;

  const ask = (change: (was: PairQuery) => PairQuery) => {
    setQuery(change);
    setSelection((was) => (was.reading ? { at: 0, reading: true } : NOTHING));
  };
  const clear = () => {
    ask(() => EVERYTHING);
    setClears((was) => was + 1);
  };
  const select = (index: number | null) =>
    setSelection((was) => {
      if (index !== null) return { at: index, reading: was.at === null || was.reading };
      return was.reading ? { at: was.at, reading: false } : NOTHING;
    });
  const move = (by: number) => {
    if (total > 0) select(Math.min(total - 1, Math.max(0, (at ?? -1) + by)));
  };
  useKeys({
    J: () => move(1),
    K: () => move(-1),
    Escape: () => select(null),
  });
  const edits = usePendingEdits(versionId, kind);
  const line = at === null ? undefined : lines.row(at);
  const error = lines.error();
  const filters = filterCount(query);
  const of = all.total();
  const count =
    filters === 0 || of === null ? rowsCounted(kind, of ?? 0) : `${whole(total)} of ${rowsCounted(kind, of)}`;
  return (
    <div className="pl-pairs">
      <PairFilters
        key={clears}
        versionId={versionId}
        kind={kind}
        query={query}
        onQuery={ask}
        count={of === null ? '' : count}
        action={filters > 0 && total > 0 && <FilteredVersion versionId={versionId} query={query} onMade={onMade} />}
      />
      {edits.all.length > 0 && <WaitingEdits versionId={versionId} edits={edits.all} onMade={onMade} />}
      {error && (
        <div className="pl-content">
          <ErrorState error={error} what="These rows could not be read" onRetry={lines.retry} />
        </div>
      )}
      {!error && lines.total() === 0 && filters > 0 && (
        <div className="pl-content">
          <EmptyState
            title={`No row matches: ${filters === 1 ? '1 filter is' : `${filters} filters are`} active.`}
            action={<Button onClick={clear}>Clear filters</Button>}
          >
            {counted(of ?? 0, 'row')} in this version.
          </EmptyState>
        </div>
      )}
      {!error && (total > 0 || lines.total() === null) && (
        <section className="pl-content flush" aria-label="Rows">
          <DataTable
            label="Rows of the dataset"
            columns={columns}
            count={total}
            row={lines.row}
            selected={at}
            onSelect={select}
            onOpen={(index) => setSelection({ at: index, reading: true })}
            onPeek={(index) => setSelection((was) => ({ at: index, reading: !was.reading }))}
            sort={{ column: query.sort, descending: query.descending }}
            onSort={(column) => ask((was) => sortedBy(was, SORTS[column as keyof typeof SORTS]))}
            onRange={lines.show}
            listKey={lines.isCurrent ? query : undefined}
          />
        </section>
      )}
      {reading && at !== null && line && (
        <PairReader
          versionId={versionId}
          index={line.index}
          place={`${whole(at + 1)} of ${whole(total)}`}
          kind={kind}
          own={verdictOf(line)}
          edit={edits.of(line.index)}
          onEdit={(verdict) => edits.set(line, verdict)}
          onMove={move}
          onClose={() => select(null)}
        />
      )}
    </div>
  );
}
