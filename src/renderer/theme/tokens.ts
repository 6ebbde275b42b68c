/** The design tokens as values for charts, read from the document when the colour scheme changes. */
import { useMemo, useSyncExternalStore } from 'react';

const COLOURS = [
  'surface',
  'surface-2',
  'line',
  'line-strong',
  'text',
  'text-2',
  'text-3',
  'accent',
  'warn',
  'danger',
  'chosen-fill',
  'rejected-fill',
  'tie-fill',
  'chosen',
  'rejected',
  'axis',
  'grid',
  'm-ref',
  'm-sft',
  'm-rm',
  'm-ppo',
  'm-offline',
  'm-online',
  'm-kto',
  'm-bon',
] as const;

export type ColourName = (typeof COLOURS)[number];

/** What a chart may draw with. */
export interface ChartTokens {
  readonly colour: Readonly<Record<ColourName, string>>;
  readonly font: string;
  readonly band: number;
}

/** Reads the tokens that are in force now. */
export function readTokens(element: Element = document.documentElement): ChartTokens {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(`--pl-${name}`).trim();
  const colour = Object.fromEntries(COLOURS.map((name) => [name, value(name)])) as Record<ColourName, string>;
  return { colour, font: value('font'), band: Number(value('band')) || 0.16 };
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
