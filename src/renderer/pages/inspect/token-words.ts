/** How tokens and their numbers are said and shown. */
import { compactSmall, fixed, MISSING, signed } from '../../../charts/numbers.ts';
import type { ShownToken } from '../../../preload/contract/index.ts';
import type { Mode } from './numbers.ts';

/** A token as a name: spaces and line ends are seen. */
export const visibleText = (text: string): string =>
  text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\r', '␍') || '∅';

/** As it stands in the text: only a line end gets a sign, and special tokens their name. */
export const inlineText = ({ text }: ShownToken): string => text.replaceAll('\n', '⏎\n');

export const MODE_WORDS: Readonly<Record<Mode, string>> = { logp: 'log π', reward: 'β·log π/π_ref', kl: 'KL' };

export function valueText(value: number | null, mode: Mode, decimals = 2): string {
  if (value === null) return MISSING;
  return mode === 'kl' ? fixed(value, decimals) : signed(value, decimals);
}

/** 0.624; below a thousandth 2.1e−4. */
export function probabilityText(p: number | null): string {
  if (p === null) return MISSING;
  if (p === 0) return '0';
  return p >= 0.0995 ? fixed(p, 3) : p >= 0.001 ? fixed(p, 4) : compactSmall(p);
}
