/** Keeps the rows that pass. */
import { z } from 'zod';
import { type PairQuery, pairQuery, type StoredPair } from '../../../../preload/contract/datasets.ts';
import { rowDigest } from '../../store/digests.ts';
import { plainText } from '../../store/pair-texts.ts';
import { defineOperation, nameOf, paramsOf, type RowSource } from './operation.ts';
import { readRanges, writeRanges } from './ranges.ts';

const params = z.strictObject({
  ties: z
    .boolean()
    .default(true)
    .meta({ title: 'Keep ties', description: 'Off: pairs that decide nothing are left out' }),
  duplicates: z.boolean().default(true).meta({ title: 'Keep duplicates', description: 'Off: each row once' }),
  min_margin: z.number().optional().meta({ title: 'Least margin', description: 'Keep rows with at least this margin' }),
  max_chars: z.int().min(1).optional().meta({
    title: 'Most characters',
    description: 'Keep rows whose prompt and longer answer have at most so many characters',
  }),
  contains: z.string().min(1).optional().meta({ title: 'Containing', description: 'Keep rows that hold this text' }),
  without: z.string().min(1).optional().meta({ title: 'Without', description: 'Keep rows that do not hold this text' }),
  annotator: z.string().optional().meta({ title: 'Annotator', description: 'Keep rows of this annotator' }),
  label: z.boolean().optional().describe('Keep rows with this label'),
  query: pairQuery.optional().describe('Keep rows that the pair table shows for these filters'),
  rows: z.string().optional().describe('Keep these rows: numbers from 0 and ranges, as in "0-9,12"'),
  drop_rows: z.string().optional().describe('Leave these rows out: numbers from 0 and ranges'),
  drop_checks: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Leave out what these checks of the quality report found; kept as row numbers'),
  why: z.string().max(200).optional().describe('What the rows are, for the recipe'),
  limit: z.int().min(1).optional().meta({ title: 'First rows', description: 'Keep the first so many of what is left' }),
});
type Params = z.output<typeof params>;

interface Rule {
  readonly words: string;
  keep(pair: StoredPair): boolean;
}

const charsOf = (value: StoredPair['prompt']): number =>
  typeof value === 'string' ? value.length : value.reduce((n, m) => n + m.content.length, 0);

const answersOf = (pair: StoredPair) =>
  [pair.chosen, pair.rejected, pair.completion].filter((answer) => answer !== null);

const holds = (pair: StoredPair, text: string): boolean =>
  [pair.prompt, ...answersOf(pair)].some((value) => plainText(value).includes(text));

function once(): Rule {
  const seen = new Set<number>();
  return {
    words: 'each row once',
    keep(pair) {
      const before = seen.size;
      return seen.add(rowDigest(pair)).size > before;
    },
  };
}

function first(count: number): Rule {
  let kept = 0;
  return { words: `the first ${count}`, keep: () => kept++ < count };
}

const among = (numbers: ReadonlySet<number>, wanted: boolean, words: string): Rule => ({
  words,
  keep: ({ index }) => numbers.has(index) === wanted,
});

type Rules = { readonly [K in keyof Params]?: (value: never, source: RowSource, params: Params) => Rule | undefined };

/** A rule for each parameter, in the order in which they are asked; the count of rows comes last, so that it counts what the others keep. */
const RULES = {
  ties: (keep: boolean) => (keep ? undefined : { words: 'no ties', keep: ({ tie }) => !tie }),
  min_margin: (least: number) => ({
    words: `margin at least ${least}`,
    keep: ({ margin }) => margin !== null && margin >= least,
  }),
  max_chars: (most: number) => ({
    words: `prompt and answer at most ${most} characters`,
    keep: (pair) => answersOf(pair).every((answer) => charsOf(pair.prompt) + charsOf(answer) <= most),
  }),
  contains: (text: string) => ({ words: `containing ${JSON.stringify(text)}`, keep: (pair) => holds(pair, text) }),
  without: (text: string) => ({ words: `without ${JSON.stringify(text)}`, keep: (pair) => !holds(pair, text) }),
  annotator: (name: string) => ({ words: `by ${JSON.stringify(name)}`, keep: (pair) => pair.annotator === name }),
  label: (label: boolean) => ({ words: `label ${label}`, keep: (pair) => pair.label === label }),
  query: (query: z.output<typeof pairQuery>, source, { why }) =>
    among(new Set(source.match(query)), true, why ?? 'rows that match filters'),
  rows: (ranges: string, { version }, { why }) =>
    among(readRanges(ranges, version.rows), true, why ?? 'rows chosen by number'),
  drop_rows: (ranges: string, { version }, { why }) =>
    among(readRanges(ranges, version.rows), false, `without ${why ?? 'rows chosen by number'}`),
  duplicates: (keep: boolean) => (keep ? undefined : once()),
  limit: (count: number) => first(count),
} as const satisfies Rules;

/** Checks as the numbers of the rows that they found: a report may be made anew with other settings. */
function settle([source]: readonly RowSource[], given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { drop_checks: checks, query, ...rest } = paramsOf('filter', params, given);
  if (!source || (checks === undefined && query?.check === undefined)) return { ...given };
  const found = (checks ?? []).map((check) => source.foundBy(check));
  const dropped = new Set([
    ...readRanges(rest.drop_rows ?? '', source.version.rows),
    ...found.flatMap(({ rows }) => [...rows]),
  ]);
  const shown = query?.check === undefined ? undefined : source.foundBy(query.check).title;
  const kept =
    shown === undefined ? { ...(query ? { query } : {}) } : { rows: writeRanges(source.match(query as PairQuery)) };
  const why =
    rest.why ?? [...found.map(({ title }) => title), ...(shown === undefined ? [] : [shown])].join(', ').toLowerCase();
  const drops = dropped.size === 0 ? {} : { drop_rows: writeRanges([...dropped].sort((a, b) => a - b)) };
  return { ...rest, ...kept, ...drops, why };
}

export const filter = defineOperation({
  id: 'filter',
  title: 'Filter',
  summary: 'Keeps the rows that pass all conditions.',
  several: false,
  params,
  settle,
  plan([source], given) {
    const rules = Object.entries(RULES).flatMap(([key, make]) => {
      const value = given[key as keyof Params];
      return value === undefined ? [] : ((make as (...all: unknown[]) => Rule | undefined)(value, source, given) ?? []);
    });
    const words = rules.map((rule) => rule.words).join(', ') || 'all rows';
    return {
      parts: [{ words: `filtered from ${nameOf(source)}: ${words}`, suffix: '' }],
      passes: 1,
      *deal() {
        for (const row of source.rows()) yield rules.every((rule) => rule.keep(row)) ? { row, part: 0 } : undefined;
      },
    };
  },
});
