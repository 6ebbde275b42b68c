/** Lines of a version for its table: pages fetched as they are scrolled to, and kept while the window is open. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { PairLine, PairQuery } from '../../../preload/contract/index.ts';
import { call } from '../../host.ts';
import { createPageCache, type PageCache } from './page-cache.ts';

/** Rows of a request: three screens, so that the wheel seldom meets an empty row. */
const PAGE_ROWS = 100;
const KEPT_PAGES = 60;
/** Questions whose pages are kept, so that a tag taken away again shows at once. */
const KEPT_QUESTIONS = 6;

const kept = new Map<string, PageCache<PairLine>>();

function cacheFor(key: string): PageCache<PairLine> {
  const [versionId, query] = JSON.parse(key) as [string, PairQuery];
  const fetchPage = (offset: number, limit: number) => call('datasets.pairLines', { versionId, query, offset, limit });
  const cache = kept.get(key) ?? createPageCache(fetchPage, { pageSize: PAGE_ROWS, kept: KEPT_PAGES });
  kept.delete(key);
  kept.set(key, cache);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_QUESTIONS && oldest !== undefined) kept.delete(oldest);
  return cache;
}

/** The rows that match. While a new question is answered the rows of the last one stay, so that nothing jumps. */
export function usePairLines(
  versionId: string,
  query: PairQuery,
): PageCache<PairLine> & { readonly isCurrent: boolean } {
  const key = JSON.stringify([versionId, query]);
  const asked = useMemo(() => cacheFor(key), [key]);
  const last = useRef({ versionId, cache: asked });
  useSyncExternalStore(asked.subscribe, asked.version);
  useEffect(() => asked.show(0, PAGE_ROWS - 1), [asked]);
  const answered = asked.total() !== null || asked.error() !== null;
  if (answered || last.current.versionId !== versionId) last.current = { versionId, cache: asked };
  const shown = last.current.cache;
  return useMemo(() => ({ ...shown, isCurrent: shown === asked }), [shown, asked]);
}
