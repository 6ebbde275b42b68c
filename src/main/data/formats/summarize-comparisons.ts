/** OpenAI's "summarize from feedback" comparisons (2009.01325): a post or an article, two summaries, and which of them a worker chose. */
import {
  type Format,
  isRecord,
  numberAt,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { annotatorAt } from './preference-pair.ts';
import { judgedDraft } from './two-answers.ts';

const isSummaries = (value: unknown): value is readonly [RecordValue, RecordValue] =>
  Array.isArray(value) && value.length === 2 && value.every((s) => isRecord(s) && s.text !== undefined);

/** A text that must be one where it is there; null and absent are no text. */
function partOf(info: RecordValue, column: string): string | null {
  if ((info[column] ?? null) === null) return null;
  const text = textAt(info, column, `info.${column}`);
  if (typeof text !== 'string') throw new RowFault(`info.${column}`, `"info.${column}" is a conversation`);
  return text;
}

/** The prompt of a record, and what its post says besides. */
export function postOf({ info }: RecordValue) {
  if (!isRecord(info)) throw new RowFault('info', '"info" must be an object with the post');
  const { post: _post, article: _article, ...about } = info;
  return { prompt: promptOf(info), about };
}

/** The query as the paper gives it to the model: a post with its subreddit and title, an article as it stands. */
function promptOf(info: RecordValue): string {
  const post = partOf(info, 'post');
  if (post === null) {
    const article = partOf(info, 'article');
    if (article === null) throw new RowFault('info', '"info" has neither a post nor an article');
    return `${article}\n\nTL;DR:`;
  }
  const subreddit = partOf(info, 'subreddit');
  const title = partOf(info, 'title');
  const head = [subreddit === null ? [] : [`SUBREDDIT: r/${subreddit}`], title === null ? [] : [`TITLE: ${title}`]];
  return [...head.flat(), `POST: ${post}`, 'TL;DR:'].join('\n');
}

export const summarizeComparisons: Format = {
  id: 'summarize-comparisons',
  title: 'OpenAI summary comparisons',
  kind: 'preference',
  fields: ['annotator'],
  mapping: { annotator: 'worker' },
  sniff(records) {
    const fits = records.filter((r) => isRecord(r.info) && isSummaries(r.summaries) && r.choice !== undefined).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.95 * share, reason: `${percentOf(share)} have a post, two summaries and a choice` };
  },
  read(record, mapping) {
    const { summaries } = record;
    const choice = numberAt(record, 'choice');
    const { prompt, about } = postOf(record);
    if (!isSummaries(summaries)) throw new RowFault('summaries', '"summaries" must be two objects with a text');
    if (choice === null) throw new RowRefused('"choice" holds no verdict');
    if (choice !== 0 && choice !== 1)
      throw new RowFault('choice', `"choice" must be 0 or 1, found ${JSON.stringify(record.choice)?.slice(0, 40)}`);
    const [a, b] = summaries.map((summary) => textAt(summary, 'text', 'summaries'));
    return [
      judgedDraft({
        prompt,
        a,
        b,
        verdict: choice === 0 ? 'a' : 'b',
        annotator: annotatorAt(record, mapping.annotator),
        metadata: { ...restOf(record, ['info', 'summaries', 'choice', ...Object.values(mapping)]), info: about },
        perAnswer: {
          policy: [summaries[0].policy, summaries[1].policy],
          note: [summaries[0].note ?? undefined, summaries[1].note ?? undefined],
        },
      }),
    ];
  },
};
