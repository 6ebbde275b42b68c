/** A page that lists what the workspace has of a kind: its head, what stands there until it is read, and the table with a panel beside it. */
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { type Column, DataTable, type Sort } from './data-table.tsx';
import {
  type Listed,
  ListToolbar,
  type ListToolbarProps,
  NothingMatches,
  useListFilter,
  useSelection,
} from './list-filter.tsx';
import { PageHeader } from './page-header.tsx';
import { ErrorState, SkeletonLines } from './states.tsx';

export interface ListPageProps<T> {
  readonly title: string;
  readonly query: UseQueryResult<readonly T[], Error>;
  /** How many there are and how large they are, once that is known. */
  readonly facts: (all: readonly T[]) => string | undefined;
  /** The primary action. */
  readonly action: ReactNode;
  readonly children: (all: readonly T[]) => ReactNode;
}

export function ListPage<T>({ title, query, facts, action, children }: ListPageProps<T>) {
  const { data, error, isPending } = query;
  return (
    <>
      <PageHeader title={title} facts={data && facts(data)} actions={action} />
      {isPending && (
        <div className="pl-content">
          <SkeletonLines count={8} />
        </div>
      )}
      {error && (
        <div className="pl-content">
          <ErrorState
            error={error}
            what={`The ${title.toLowerCase()} could not be read`}
            onRetry={() => void query.refetch()}
          />
        </div>
      )}
      {data && children(data)}
    </>
  );
}

export interface ListBrowserProps<T extends Listed> {
  /** "model"; its plural has an s. */
  readonly one: string;
  readonly all: readonly T[];
  readonly columns: readonly Column<T>[];
  /** Where the words of a search are looked for. */
  readonly textOf: (each: T) => string;
  readonly sorted: (found: readonly T[], sort: Sort | null) => readonly T[];
  /** null: in the order of the host. */
  readonly firstSort: Sort | null;
  /** Which way a column that is pressed for the first time is sorted. */
  readonly firstDescending: boolean;
  readonly onOpen: (each: T) => void;
  readonly toolbar: (selected: T | undefined) => Pick<ListToolbarProps, 'placeholder' | 'kinds' | 'width' | 'children'>;
  readonly panel: (selected: T, close: () => void) => ReactNode;
  /** Above the toolbar. */
  readonly before?: ReactNode;
  /** What the columns mean, under the table. */
  readonly after: ReactNode;
}

export function ListBrowser<T extends Listed>(props: ListBrowserProps<T>) {
  const { one, all, columns, textOf, sorted, firstDescending, onOpen, toolbar, panel, before, after } = props;
  const [sort, setSort] = useState(props.firstSort);
  const filter = useListFilter(all, textOf);
  const { found } = filter;
  const rows = useMemo(() => sorted(found, sort), [sorted, found, sort]);
  const { selected, index, select } = useSelection(rows);
  const sortBy = (column: string) =>
    setSort((was) => ({ column, descending: was?.column === column ? !was.descending : firstDescending }));
  return (
    <div className="pl-columns">
      <section className="pl-content" aria-label={`All ${one}s`}>
        {before}
        <ListToolbar filter={filter} search={`Search ${one}s`} {...toolbar(selected)} />
        {rows.length === 0 ? (
          <NothingMatches filter={filter} one={one} count={all.length} />
        ) : (
          <DataTable
            framed
            label={`${one[0].toUpperCase()}${one.slice(1)}s`}
            columns={columns}
            count={rows.length}
            row={(at) => rows[at]}
            selected={index}
            onSelect={select}
            onOpen={(at) => onOpen(rows[at])}
            sort={sort}
            onSort={sortBy}
          />
        )}
        {after}
      </section>
      {selected && panel(selected, () => select(null))}
    </div>
  );
}
