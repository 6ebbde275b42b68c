/** A table that draws only the rows in view: selection, keyboard, sorting and groups; rows may arrive later than they are scrolled to. */
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Fragment, type KeyboardEvent, type MouseEvent, memo, type ReactNode, useEffect, useId, useRef } from 'react';
import './data-table.css';

export interface Column<Row> {
  readonly id: string;
  readonly head: ReactNode;
  /** A CSS grid track: "minmax(0, 2fr)", "90px". */
  readonly width: string;
  readonly end?: boolean;
  /** Class of the cell's text: a node less per cell than a span inside it. */
  readonly tone?: 'pl-2' | 'pl-3';
  readonly cell: (row: Row, index: number) => ReactNode;
  /** Full text as a tooltip where the cell may be cut. */
  readonly title?: (row: Row) => string;
  readonly sortable?: boolean;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly count: number;
  /** undefined: not here yet; a skeleton stands in its place. */
  readonly row: (index: number) => Row | undefined;
  readonly selected: number | null;
  readonly onSelect: (index: number | null) => void;
  readonly onOpen?: (index: number) => void;
  /** Space on the selected row. */
  readonly onPeek?: (index: number) => void;
  /** Another list than before: it is shown from its beginning. undefined: not yet another. */
  readonly listKey?: unknown;
  readonly sort?: Sort | null;
  readonly onSort?: (column: string) => void;
  /** Called with the first and last row in view, so that pages can be fetched. */
  readonly onRange?: (first: number, last: number) => void;
  /** Text that stands as a line of its own before the row. */
  readonly groupBefore?: (index: number) => ReactNode | null;
  /** A card of its rows' height instead of filling the page. */
  readonly framed?: boolean;
}

const ROW = 32;
const GROUP = 28;
const HEAD = 30;
/** Rows drawn beyond the view: enough for a turn of the wheel, as each of them costs layout and paint. */
const OVERSCAN = 6;

function HeadCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort?: Sort | null;
  onSort?: (id: string) => void;
}) {
  const sorted = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const Arrow = sorted === 'descending' ? IconArrowDown : IconArrowUp;
  return (
    <div role="columnheader" className="pl-th" data-end={column.end || undefined} aria-sort={sorted}>
      {column.sortable && onSort ? (
        <button type="button" onClick={() => onSort(column.id)}>
          {column.head}
          {sorted && <Arrow size={13} aria-hidden="true" />}
        </button>
      ) : (
        column.head
      )}
    </div>
  );
}

interface LineProps<Row> {
  readonly id: string;
  readonly index: number;
  /** Distance from the first row's upper edge, px. */
  readonly top: number;
  readonly row: Row | undefined;
  readonly columns: readonly Column<Row>[];
  readonly tracks: string;
  readonly selected: boolean;
  /** A row that is not here yet shows bars; while it is scrolled past it shows nothing, which costs less. */
  readonly bars: boolean;
}

/** One row. It is drawn again only when something of it changed: scrolling draws the rows that come into view. */
function Line<Row>({ id, index, top, row, columns, tracks, selected, bars }: LineProps<Row>) {
  return (
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      className="pl-tr"
      style={{ gridTemplateColumns: tracks, transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={column.tone ? `pl-td ${column.tone}` : 'pl-td'}
          data-end={column.end || undefined}
          title={row !== undefined ? column.title?.(row) : undefined}
        >
          {row !== undefined
            ? column.cell(row, index)
            : bars && <span className="pl-skeleton" style={{ width: '60%' }} />}
        </div>
      ))}
    </div>
  );
}

const KeptLine = memo(Line) as typeof Line;

/** Number of the row that an event happened in. */
function rowOf(event: MouseEvent): number | null {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
  return line ? Number(line.dataset.index) : null;
}

/** Where a key takes the selection, or null when the key is not ours. */
export function moveSelection(key: string, selected: number | null, count: number, page: number): number | null {
  const from = selected ?? -1;
  const bounded = (index: number) => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return bounded(from + 1);
    case 'ArrowUp':
    case 'k':
      return bounded(selected === null ? 0 : from - 1);
    case 'PageDown':
      return bounded(from + page);
    case 'PageUp':
      return bounded(from - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, count, row, selected, onSelect, onOpen, onPeek, onRange, groupBefore, listKey } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const id = useId();
  const heightOf = (index: number) => ROW + (groupBefore?.(index) ? GROUP : 0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => viewport.current,
    estimateSize: heightOf,
    overscan: OVERSCAN,
    // the head lies over the first rows of the view, and pushes all of them down by as much
    scrollPaddingEnd: HEAD,
  });
  const items = virtual.getVirtualItems();
  // rows keep their elements: one that leaves the view becomes the one that comes into it, so that nothing is created while scrolling
  const slots = Math.ceil((virtual.scrollRect?.height ?? 0) / ROW) + 2 * OVERSCAN + 2;
  const drawn = items.toSorted((a, b) => (a.index % slots) - (b.index % slots));
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= first) onRange?.(first, last);
  }, [first, last, onRange]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights follow the groups, which follow the order of the rows
  useEffect(() => virtual.measure(), [groupBefore, count]);
  useEffect(() => {
    if (listKey !== undefined) viewport.current?.scrollTo({ top: 0 });
  }, [listKey]);
  // a reader that opens below makes the view smaller: the selected row stays in it
  const height = virtual.scrollRect?.height;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height alone is a reason
  useEffect(() => {
    if (selected !== null && selected < count) virtual.scrollToIndex(selected, { align: 'auto' });
  }, [selected, count, height, virtual]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && selected !== null) onOpen?.(selected);
    else if (event.key === ' ' && selected !== null && onPeek) onPeek(selected);
    else if (event.key === 'Escape') {
      // nothing to let go of: the key is the page's
      if (selected === null) return;
      onSelect(null);
    } else {
      const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? ROW) / ROW) - 2);
      const next = count === 0 ? null : moveSelection(event.key, selected, count, page);
      if (next === null) return;
      onSelect(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const tracks = columns.map((column) => column.width).join(' ');
  return (
    <div
      ref={viewport}
      className="pl-grid"
      data-framed={props.framed || undefined}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-activedescendant={selected === null ? undefined : `${id}-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} className="pl-thead" style={{ gridTemplateColumns: tracks }}>
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
        ))}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself has the keys; rows are reached by aria-activedescendant */}
      <div
        role="rowgroup"
        className="pl-tbody"
        style={{ height: virtual.getTotalSize() }}
        onClick={(event) => {
          const index = rowOf(event);
          if (index === null) return;
          onSelect(index);
          // the keys are the grid's, and a row that is scrolled away becomes another one
          viewport.current?.focus();
        }}
        onDoubleClick={(event) => {
          const index = rowOf(event);
          if (index !== null) onOpen?.(index);
        }}
      >
        {drawn.map(({ index, start }) => {
          const group = groupBefore?.(index);
          const value = row(index);
          return (
            <Fragment key={index % slots}>
              {group && (
                <div role="row" tabIndex={-1} className="pl-tgroup" style={{ transform: `translateY(${start}px)` }}>
                  <div role="gridcell">{group}</div>
                </div>
              )}
              <KeptLine
                id={`${id}-${index}`}
                index={index}
                top={group ? start + GROUP : start}
                row={value}
                columns={columns}
                tracks={tracks}
                selected={index === selected}
                bars={value === undefined && !virtual.isScrolling}
              />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}
