/** Rows of a long list, fetched in pages as they are scrolled to: the nearest first, what was scrolled past not at all. */

export interface Page<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface PageCache<Row> {
  /** undefined: not here yet. */
  row(index: number): Row | undefined;
  /** null until the first page came. */
  total(): number | null;
  error(): Error | null;
  /** Fetches what is missing of these rows and their neighbours; a later call replaces the wish of an earlier one. */
  show(first: number, last: number): void;
  /** Asks again after an error. */
  retry(): void;
  subscribe(listener: () => void): () => void;
  /** Changes whenever anything above does, rows out of view aside. */
  version(): number;
}

export interface PageCacheOptions {
  readonly pageSize: number;
  /** Pages that are kept; those farthest from the view go first. */
  readonly kept: number;
}

/** Requests at a time: the host answers one after the other anyhow, and a wish may change before the next. */
const IN_FLIGHT = 2;

export function createPageCache<Row>(
  fetchPage: (offset: number, limit: number) => Promise<Page<Row>>,
  { pageSize, kept }: PageCacheOptions,
): PageCache<Row> {
  const pages = new Map<number, readonly Row[]>();
  const pending = new Set<number>();
  const listeners = new Set<() => void>();
  let total: number | null = null;
  let error: Error | null = null;
  let version = 0;
  let wanted: readonly number[] = [];
  let centre = 0;
  let reach = 0;
  /** Pages that came while they were out of view, which nobody was told of. */
  const unseen = new Set<number>();

  const changed = () => {
    version++;
    for (const listener of [...listeners]) listener();
  };
  const distance = (page: number) => Math.abs(page - centre);
  const forgetFarthest = () => {
    if (pages.size <= kept) return;
    const [farthest] = [...pages.keys()].sort((a, b) => distance(b) - distance(a));
    pages.delete(farthest);
  };
  const exists = (page: number) => page >= 0 && (total === null ? page === wanted[0] : page * pageSize < total);
  // a neighbour that is fetched in advance changes nothing of what is shown
  const receive = (page: number, got: Page<Row>) => {
    const isSeen = got.total !== total || distance(page) <= reach;
    if (!isSeen) unseen.add(page);
    total = got.total;
    pages.set(page, got.rows);
    forgetFarthest();
    if (isSeen) changed();
  };
  const load = (page: number) => {
    pending.add(page);
    fetchPage(page * pageSize, pageSize)
      .then(
        (got) => receive(page, got),
        (reason: unknown) => {
          error = reason instanceof Error ? reason : new Error(String(reason));
          changed();
        },
      )
      .finally(() => {
        pending.delete(page);
        next();
      });
  };
  const next = () => {
    if (error) return;
    for (const page of wanted)
      if (pending.size < IN_FLIGHT && exists(page) && !pages.has(page) && !pending.has(page)) load(page);
  };
  return {
    row: (index) => pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    total: () => total,
    error: () => error,
    show(first, last) {
      const [from, to] = [Math.floor(first / pageSize), Math.floor(last / pageSize)];
      centre = (from + to) / 2;
      reach = (to - from) / 2;
      const inView = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      wanted = [...inView, to + 1, from - 1];
      if (inView.filter((page) => unseen.delete(page)).length > 0) changed();
      next();
    },
    retry() {
      error = null;
      changed();
      next();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
  };
}
