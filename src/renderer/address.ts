/** The address in the hash, "#/inspect?a=x": the path decides the page, the query is the page's own. */
import { useSyncExternalStore } from 'react';

/** Path and query as they stand now. */
export const currentAddress = (): readonly [path: string, query: string] => {
  const [path, ...query] = location.hash.replace(/^#?\/?/, '').split('?');
  return [`/${path}`, query.join('?')];
};

function subscribe(notify: () => void): () => void {
  addEventListener('hashchange', notify);
  return () => removeEventListener('hashchange', notify);
}

function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const url = `#/${to.replace(/^#?\/?/, '')}`;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  dispatchEvent(new Event('hashchange'));
}

/** For wouter: the path alone, so that a query changes no route. */
export const usePath = Object.assign(
  (): [string, typeof navigate] => [useSyncExternalStore(subscribe, () => currentAddress()[0]), navigate],
  { hrefs: (href: string) => `#${href}` },
);

/** The query of the address; '' without one. */
export const useQueryText = (): string => useSyncExternalStore(subscribe, () => currentAddress()[1]);

/** Writes the query of the page shown now without a new entry in the history. */
export function replaceQuery(query: string): void {
  const [path, before] = currentAddress();
  if (query === before) return;
  navigate(query === '' ? path : `${path}?${query}`, { replace: true });
}
