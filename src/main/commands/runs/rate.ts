/** `plumb runs rate`: gives a run that waits for a person its ratings, by keys or from a file. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Rating, type RatingItem, verdict } from '../../../preload/contract/ratings.ts';
import { getRatingItem, waitingItems } from '../../data/store/rating-items.ts';
import type { Store } from '../../data/store/store.ts';
import { giveRatings } from '../../jobs/rating-desk.ts';
import { accountName } from '../asking.ts';
import { defineCommand, InputError, UsageError } from '../command.ts';
import { deskOf, printable, rateOnTerminal } from '../rate-terminal.ts';
import { runOf, withWorkbench } from './run-by-name.ts';

/** More pairs of one step than anybody rates. */
const ALL = 100_000;

const quality = z.int().min(1).max(5).nullable().default(null);
const line = z.strictObject({
  id: z.int(),
  verdict,
  quality_a: quality,
  quality_b: quality,
  comment: z.string().max(10_000).nullable().default(null),
});

/** Ratings of a file, one JSON object a line; all of it is checked before any of it counts. */
function readRatings(store: Store, runId: string, file: string, rater: string) {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const lines = text
    .split('\n')
    .flatMap((each, i) => (each.trim() === '' ? [] : [[each, `${file}:${i + 1}`] as const]));
  if (lines.length === 0) throw new InputError(`${file}: it holds no rating`);
  return lines.map(([each, where]) => ratingOf(store, runId, each, where, rater));
}

function ratingOf(
  store: Store,
  runId: string,
  text: string,
  where: string,
  rater: string,
): { item: RatingItem; rating: Rating } {
  const parsed = line.safeParse(jsonOf(text, where));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new InputError(
      `${where}: ${path.length > 0 ? `"${path.join('.')}": ` : ''}${message}; expected was {"id": 1, "verdict": "a"}`,
    );
  }
  const { id, quality_a: qualityA, quality_b: qualityB, ...said } = parsed.data;
  const item = getRatingItem(store, id);
  if (item?.runId !== runId)
    throw new InputError(`${where}: no pair ${id} waits in this run; --waiting lists those that do`);
  return { item, rating: { ...said, qualityA, qualityB, rater } };
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${where}: not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const publicItem = ({ id, step, prompt, a, b }: RatingItem) => ({ id, step: step + 1, prompt, a, b });

interface Document {
  readonly run: string;
  readonly rated: number;
  readonly waiting: readonly ReturnType<typeof publicItem>[];
}

export const rate = defineCommand({
  id: 'rate',
  summary: 'Rate the pairs that a run with annotator human waits for: which answer is better.',
  examples: [
    'plumb runs rate online-dpo-01                      # one key a pair, on a terminal',
    'plumb runs rate online-dpo-01 --waiting --json -   # the pairs, with their ids',
    'plumb runs rate online-dpo-01 --from ratings.jsonl # lines {"id": 1, "verdict": "a"|"b"|"tie"|"both_bad"}',
  ],
  configure(command) {
    command.argument('<run>', 'name or id');
    command.option(
      '--from <file>',
      'one JSON object a line: id, verdict, and if you like quality_a, quality_b (1–5), comment; - is standard input',
    );
    command.option('--waiting', 'only list what waits');
    command.option('--rater <name>', 'who rates (else the name of the account)');
  },
  run: ([reference], { from, waiting, rater = accountName() }, context) =>
    withWorkbench(context, async (workbench) => {
      const { store, runner } = workbench;
      const { id, name } = runOf(store, reference);
      const document = (rated: number): Document => ({
        run: name,
        rated,
        waiting: waitingItems(store, id, ALL).map(publicItem),
      });
      if (waiting === true) return document(0);
      if (typeof from === 'string') {
        const given = readRatings(store, id, from, String(rater));
        giveRatings(store, given);
        runner.ratingsChanged(id);
        return document(given.length);
      }
      const { keyboard, say, signal } = context;
      if (!keyboard)
        throw new UsageError('keys need a terminal; in a pipe give --from FILE, or --waiting to see what waits');
      return document(await rateOnTerminal(deskOf(workbench, id, String(rater)), { keyboard, say }, signal));
    }),
  show({ run, rated, waiting }: Document, { print }) {
    print(`${run}: ${rated} rated now, ${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'}`);
    for (const { id, prompt, a, b } of waiting)
      print(`\n${id}  ${printable(prompt)}\n  A: ${printable(a)}\n  B: ${printable(b)}`);
  },
});
