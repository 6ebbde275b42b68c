/** OpenAI's "summarize from feedback" axis files (2009.01325): one summary a line, rated from 1 to 7 by a worker; every two summaries of a post by the same worker make a pair, the one rated higher overall chosen, equal ones a tie. */
import {
  type Format,
  type Gathering,
  isRecord,
  numberAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { isBlank } from './messages.ts';
import { annotatorAt, sameText } from './preference-pair.ts';
import { postOf } from './summarize-comparisons.ts';
import { judgedDraft, verdictOfDifference } from './two-answers.ts';

/** Summaries of a post need not stand together, so all are held until the end. */
const MAX_CHARS = 512 << 20;

interface Rating {
  readonly place: number;
  readonly prompt: string;
  readonly text: string;
  readonly overall: number;
  readonly annotator: string | null;
  readonly summary: RecordValue;
  readonly metadata: Record<string, unknown>;
}

const isRated = ({ info, summary }: RecordValue): boolean =>
  isRecord(info) && isRecord(summary) && summary.text !== undefined && isRecord(summary.axes);

function ratingOf(record: RecordValue, place: number): Rating {
  const { summary } = record;
  if (!isRated(record) || !isRecord(summary))
    throw new RowFault('summary', '"summary" must be an object with a text and its axes');
  const text = textAt(summary, 'text', 'summary');
  if (typeof text !== 'string') throw new RowFault('summary', '"summary.text" is a conversation; text was expected');
  if (isBlank(text)) throw new RowRefused('the summary is empty');
  const overall = numberAt(summary.axes as RecordValue, 'overall');
  if (overall === null) throw new RowRefused('the summary has no overall rating');
  const { prompt, about } = postOf(record);
  const metadata = { ...restOf(record, ['info', 'summary', 'worker']), info: about };
  return { place, prompt, text, overall, annotator: annotatorAt(record, 'worker'), summary, metadata };
}

/** The pair, and the place of its better summary. */
function pairOf(a: Rating, b: Rating) {
  const verdict = verdictOfDifference(a.overall - b.overall);
  const sides = Object.fromEntries(
    ['policy', 'note', 'axes'].map((name) => [
      name,
      [a.summary[name] ?? undefined, b.summary[name] ?? undefined] as const,
    ]),
  );
  const { prompt, annotator, metadata } = a;
  const judged = { prompt, a: a.text, b: b.text, verdict, scoreA: a.overall, scoreB: b.overall, annotator, metadata };
  return { draft: judgedDraft({ ...judged, perAnswer: sides }), place: (verdict === 'b' ? b : a).place };
}

function gather(): Gathering {
  const groups = new Map<string, Rating[]>();
  let chars = 0;
  return {
    add(record, place) {
      const rating = ratingOf(record, place);
      chars += rating.text.length + rating.prompt.length;
      if (chars > MAX_CHARS)
        throw new RowFault('summary', 'the summaries are too many to be put together; split the file');
      const key = JSON.stringify([rating.prompt, rating.annotator]);
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push(rating);
    },
    finish() {
      const used = new Set<Rating>();
      const rows = [...groups.values()].flatMap((group) =>
        group.flatMap((a, i) =>
          group.slice(i + 1).flatMap((b) => {
            // the same text twice teaches nothing, whatever its ratings
            if (sameText(a.text, b.text)) return [];
            used.add(a).add(b);
            return [pairOf(a, b)];
          }),
        ),
      );
      const unused = [...groups.values()].flat().filter((rating) => !used.has(rating));
      const reason = 'it is in no pair: its worker rated no other summary of this post';
      return { rows, unused: unused.map(({ place, text }) => ({ place, reason, found: text })) };
    },
  };
}

export const summarizeAxes: Format = {
  id: 'summarize-axes',
  title: 'OpenAI summary ratings (axis)',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const share = records.filter(isRated).length / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have a post and a summary with ratings` };
  },
  read() {
    throw new RowRefused('one summary alone makes no pair');
  },
  gather,
};
