/** HelpSteer and HelpSteer2 ratings (2311.09528, 2406.08673): one response a row with five ratings from 0 to 4; two of a prompt make a pair by their helpfulness. */
import { type Format, numberAt, percentOf, type RecordValue, RowFault, RowRefused, restOf, textAt } from './format.ts';
import { isBlank } from './messages.ts';
import { gatherRated, type RatedAnswer } from './rated-answers.ts';

const RATINGS = ['helpfulness', 'correctness', 'coherence', 'complexity', 'verbosity'] as const;

const isRated = (record: RecordValue): boolean =>
  typeof record.prompt === 'string' &&
  typeof record.response === 'string' &&
  RATINGS.every((name) => record[name] !== undefined && Number.isFinite(Number(record[name])));

function ratedAnswer(record: RecordValue): RatedAnswer {
  const prompt = textAt(record, 'prompt', 'prompt');
  const answer = textAt(record, 'response', 'response');
  if (typeof answer !== 'string') throw new RowFault('response', '"response" is a conversation; text was expected');
  if (isBlank(answer)) throw new RowRefused('the response is empty');
  const about = Object.fromEntries(RATINGS.map((name) => [name, numberAt(record, name)]));
  if (about.helpfulness === null) throw new RowRefused('the response has no rating of its helpfulness');
  const metadata = restOf(record, ['prompt', 'response', ...RATINGS]);
  return { prompt, answer, rating: about.helpfulness, annotator: null, about, metadata };
}

export const helpsteerRatings: Format = {
  id: 'helpsteer-ratings',
  title: 'HelpSteer ratings',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const share = records.filter(isRated).length / Math.max(1, records.length);
    return { score: 0.94 * share, reason: `${percentOf(share)} are responses with HelpSteer's ratings` };
  },
  read() {
    throw new RowRefused('one response alone makes no pair');
  },
  gather: () => gatherRated(ratedAnswer),
};
