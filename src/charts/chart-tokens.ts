/** The colours and the font that a chart draws with, by the names of tokens.css. */

export const COLOURS = [
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

/** Tokens whose values `of` gives: what the document answers, or a reference to the stylesheet's variable. */
export function chartTokens(of: (name: string) => string): ChartTokens {
  const colour = Object.fromEntries(COLOURS.map((name) => [name, of(name)])) as Record<ColourName, string>;
  return { colour, font: of('font'), band: Number(of('band')) || 0.16 };
}
