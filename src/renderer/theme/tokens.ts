/** The design tokens as values for charts, read from the document when the colour scheme changes. */
import { useSyncExternalStore } from 'react';
import { type ChartTokens, chartTokens } from '../../charts/chart-tokens.ts';

/** Reads the tokens that are in force now. */
export function readTokens(element: Element = document.documentElement): ChartTokens {
  const style = getComputedStyle(element);
  return chartTokens((name) => style.getPropertyValue(`--pl-${name}`).trim());
}

const schemeOf = () => document.documentElement.dataset.mantineColorScheme ?? 'light';

const listeners = new Set<() => void>();
/** One for the page, however many charts listen. */
let observer: MutationObserver | undefined;

function onSchemeChange(notify: () => void): () => void {
  listeners.add(notify);
  observer ??= new MutationObserver(() => {
    for (const each of [...listeners]) each();
  });
  if (listeners.size === 1)
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] });
  return () => {
    listeners.delete(notify);
    if (listeners.size === 0) observer?.disconnect();
  };
}

/** Read once for a scheme: asking the document for each of them costs milliseconds, and a page has dozens of charts. */
const read = new Map<string, ChartTokens>();

function tokensOf(scheme: string): ChartTokens {
  const found = read.get(scheme) ?? readTokens();
  read.set(scheme, found);
  return found;
}

/** Tokens of the current scheme; another object when it changes, so that charts are rebuilt. */
export const useTokens = (): ChartTokens => tokensOf(useSyncExternalStore(onSchemeChange, schemeOf));
