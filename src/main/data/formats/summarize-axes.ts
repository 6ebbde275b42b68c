/** OpenAI's "summarize from feedback" axis files (2009.01325): one summary a line, rated from 1 to 7 by a worker; two of a post by the same worker make a pair by their overall ratings. */
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
import { isBlank } from './messages.ts';
import { annotatorAt } from './preference-pair.ts';
import { gatherRated, type RatedAnswer } from './rated-answers.ts';
import { postOf } from './summarize-comparisons.ts';

const isRated = ({ info, summary }: RecordValue): boolean =>
  isRecord(info) && isRecord(summary) && summary.text !== undefined && isRecord(summary.axes);

function ratedAnswer(record: RecordValue): RatedAnswer {
  const { summary } = record;
  if (!isRated(record) || !isRecord(summary))
    throw new RowFault('summary', '"summary" must be an object with a text and its axes');
  const { text: _text, ...about } = summary;
  const text = textAt(summary, 'text', 'summary');
  if (typeof text !== 'string') throw new RowFault('summary', '"summary.text" is a conversation; text was expected');
  if (isBlank(text)) throw new RowRefused('the summary is empty');
  const overall = numberAt(summary.axes as RecordValue, 'overall');
  if (overall === null) throw new RowRefused('the summary has no overall rating');
  const post = postOf(record);
  return {
    prompt: post.prompt,
    answer: text,
    rating: overall,
    annotator: annotatorAt(record, 'worker'),
    about,
    metadata: { ...restOf(record, ['info', 'summary', 'worker']), info: post.about },
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
  gather: () => gatherRated(ratedAnswer),
};
