/** The design tokens as values for charts, read from the document when the colour scheme changes. */
import { useMemo, useSyncExternalStore } from 'react';
import { type ChartTokens, chartTokens } from '../../charts/chart-tokens.ts';

/** Reads the tokens that are in force now. */
export function readTokens(element: Element = document.documentElement): ChartTokens {
  const style = getComputedStyle(element);
  return chartTokens((name) => style.getPropertyValue(`--pl-${name}`).trim());
}

const schemeOf = () => document.documentElement.dataset.mantineColorScheme ?? 'light';

function onSchemeChange(notify: () => void): () => void {
  const observer = new MutationObserver(notify);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] });
  return () => observer.disconnect();
}

/** Tokens of the current scheme; a new object when it changes, so that charts are rebuilt. */
export function useTokens(): ChartTokens {
  const scheme = useSyncExternalStore(onSchemeChange, schemeOf);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the document answers
  return useMemo(() => readTokens(), [scheme]);
}
