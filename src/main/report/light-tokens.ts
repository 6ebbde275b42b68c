/** The design tokens of the light scheme as values, for drawings that no stylesheet reaches. */
import { type ChartTokens, chartTokens } from '../../charts/chart-tokens.ts';
import tokens from '../../charts/tokens.css?raw';

/** The first rule for a name is the light one. Throws when there is none. */
export const lightTokens = (css: string = tokens): ChartTokens =>
  chartTokens((name) => {
    const found = new RegExp(`--pl-${name}:\\s*([^;]+);`).exec(css)?.[1].trim();
    if (found === undefined) throw new Error(`tokens.css has no --pl-${name}`);
    return found;
  });
