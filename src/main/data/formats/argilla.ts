/** Argilla exports: a record's fields with the users' answers to its questions, nested (2.x) or as columns "QUESTION.responses"; each user's word makes a pair. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  type Format,
  isReadable,
  isRecord,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { asAnswer } from './preference-pair.ts';
import { rankedPairs } from './ranked.ts';
import { judgedDraft, verdictOfDifference, verdictOfWord } from './two-answers.ts';

const ANSWER =
  /^(?:responses?|answers?|outputs?|completions?|generations?|reply|text|chosen|rejected|summary)[ _-]*(?<n>\d{1,2}|a|b)$/i;
const PROMPTS = [
  'prompt',
  'instruction',
  'question',
  'request',
  'input',
  'query',
  'context',
  'conversation',
  'chat',
  'messages',
];

interface Response {
  readonly value: unknown;
  readonly user: string | null;
}

interface Rated {
  readonly fields: RecordValue;
  /** Question → what users answered. */
  readonly responses: Readonly<Record<string, readonly Response[]>>;
  readonly rest: Record<string, unknown>;
}

const UNSAID: readonly unknown[] = ['discarded', 'draft'];

const userOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A list of {value, user_id}; those that were discarded, or never submitted, say nothing. */
const responsesIn = (list: readonly unknown[]): Response[] =>
  list.flatMap((item) =>
    isRecord(item) && item.value !== undefined && item.value !== null && !UNSAID.includes(item.status)
      ? [{ value: item.value, user: userOf(item.user_id) }]
      : [],
  );

/** Lists by column, as Hugging Face writes a list of objects: {user_id: […], value: […], status: […]}. */
const unzipped = (value: unknown): unknown[] | undefined => {
  if (Array.isArray(value)) return value;
  if (!isRecord(value) || !Array.isArray(value.value)) return undefined;
  const { user_id: users, status: states } = value;
  const at = (list: unknown, i: number) => (Array.isArray(list) ? list[i] : undefined);
  return value.value.map((answer: unknown, i) => ({ value: answer, user_id: at(users, i), status: at(states, i) }));
};

function nested(record: RecordValue): Rated | undefined {
  if (!isRecord(record.fields) || !isRecord(record.responses)) return undefined;
  const responses = Object.entries(record.responses).map(([question, list]) => [
    question,
    responsesIn(unzipped(list) ?? []),
  ]);
  const rest = restOf(record, ['fields', 'responses', 'vectors', 'suggestions']);
  return { fields: record.fields, responses: Object.fromEntries(responses), rest };
}

/** "preference.responses" with "preference.responses.users" beside it. */
function flat(record: RecordValue): Rated | undefined {
  const questions = Object.keys(record).filter((key) => key.endsWith('.responses'));
  if (questions.length === 0) return undefined;
  const responses = questions.map((column) => {
    const values = record[column];
    const [users, states] = ['users', 'status'].map((part) => record[`${column}.${part}`]);
    const list = Array.isArray(values)
      ? values.map((value: unknown, i) => ({
          value,
          user_id: Array.isArray(users) ? users[i] : undefined,
          status: Array.isArray(states) ? states[i] : undefined,
        }))
      : [];
    return [column.slice(0, -'.responses'.length), responsesIn(list)];
  });
  const about = Object.keys(record).filter((key) => /\.(responses|suggestion)(\.|$)/.test(key));
  return { fields: record, responses: Object.fromEntries(responses), rest: restOf(record, about) };
}

/** Argilla 1.x datasets: fields as columns, each question a list of {user_id, value, status} with a "-suggestion" column beside it. */
function columnwise(record: RecordValue): Rated | undefined {
  const questions = Object.keys(record).filter((key) => `${key}-suggestion` in record);
  if (questions.length === 0) return undefined;
  const responses = questions.map((question) => [question, responsesIn(unzipped(record[question]) ?? [])]);
  const about = Object.keys(record).filter((key) =>
    questions.some((q) => key === q || key.startsWith(`${q}-suggestion`)),
  );
  return { fields: record, responses: Object.fromEntries(responses), rest: restOf(record, about) };
}

const ratedOf = (record: RecordValue): Rated | undefined => nested(record) ?? flat(record) ?? columnwise(record);

/** The columns of the answers, and of the prompt. */
function columnsIn(fields: RecordValue) {
  const answers = Object.keys(fields).filter((key) => ANSWER.test(key) && isReadable(fields[key]));
  const prompt = PROMPTS.find((key) => isReadable(fields[key]));
  const inOrder = answers.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return prompt !== undefined && answers.length >= 2 ? { prompt, answers: inOrder } : undefined;
}

/** What one user said of the answers: how much each is worth, in their order; undefined where nothing was said of one. */
interface Word {
  readonly worths: readonly (number | undefined)[];
  /** Worths are ratings, not ranks. */
  readonly rated: boolean;
  readonly user: string | null;
}

/** Place of the answer that a value names, by its column or in a rater's words. */
function placeOf(name: string, answers: readonly string[]): number {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[ _-]/g, '');
  const named = answers.findIndex((answer) => plain(answer) === plain(name));
  if (named >= 0 || answers.length !== 2) return named;
  return ['a', 'b'].indexOf(verdictOfWord(name) ?? '');
}

/** Best and other of two; a tie is 0 to 0. */
function worthsOfLabel(label: string, answers: readonly string[]): Word['worths'] | undefined {
  if (answers.length !== 2) return undefined;
  const place = placeOf(label, answers);
  if (place >= 0) return answers.map((_, i) => (i === place ? 1 : 0));
  return verdictOfWord(label) === 'tie' ? [0, 0] : undefined;
}

/** The best has rank 1. A ranking is a list of {value, rank}, or lists of both as Hugging Face writes it. */
function worthsOfRanking(value: unknown, answers: readonly string[]): Word['worths'] | undefined {
  const ranks = new Map<number, number>();
  const take = (name: unknown, rank: unknown) => {
    if (typeof name === 'string' && typeof rank === 'number') ranks.set(placeOf(name, answers), rank);
  };
  if (Array.isArray(value)) for (const each of value) isRecord(each) && take(each.value, each.rank);
  else if (isRecord(value) && Array.isArray(value.value) && Array.isArray(value.rank))
    for (const [i, name] of value.value.entries()) take(name, value.rank[i]);
  const worths = answers.map((_, place) => {
    const rank = ranks.get(place);
    return rank === undefined ? undefined : -rank;
  });
  return worths.filter((worth) => worth !== undefined).length < 2 ? undefined : worths;
}

/** Ratings stand in a question for each answer, "generations-0-rating" as distilabel calls it: a word of every user who gave two. */
function ratings({ responses }: Rated, answers: readonly string[]): Word[] {
  const byUser = new Map<string | null, (number | undefined)[]>();
  answers.forEach((answer, place) => {
    const n = ANSWER.exec(answer)?.groups?.n ?? '';
    const names = [`${answer}-rating`, `${answer}_rating`, `rating-${n}`, `rating_${n}`];
    for (const { value, user } of names.flatMap((name) => responses[name] ?? [])) {
      if (typeof value !== 'number') continue;
      const worths = byUser.get(user) ?? answers.map(() => undefined);
      worths[place] = value;
      byUser.set(user, worths);
    }
  });
  return [...byUser]
    .filter(([, worths]) => worths.filter((worth) => worth !== undefined).length >= 2)
    .map(([user, worths]) => ({ worths, rated: true, user }));
}

function wordsIn(rated: Rated, answers: readonly string[]): Word[] {
  const verdicts = Object.values(rated.responses).flatMap((all) =>
    all.flatMap(({ value, user }): Word[] => {
      const worths = typeof value === 'string' ? worthsOfLabel(value, answers) : worthsOfRanking(value, answers);
      return worths === undefined ? [] : [{ worths, rated: false, user }];
    }),
  );
  return [...verdicts, ...ratings(rated, answers)];
}

/** The pair of a word on two answers; of more, every two of which something was said. */
function draftsOf(word: Word, prompt: TextOrChat, answers: readonly TextOrChat[], metadata: Record<string, unknown>) {
  const { worths, rated, user } = word;
  const [first, second] = worths;
  if (answers.length === 2 && first !== undefined && second !== undefined) {
    const scores = rated ? { scoreA: first, scoreB: second } : {};
    const verdict = verdictOfDifference(first - second);
    return [judgedDraft({ prompt, a: answers[0], b: answers[1], verdict, ...scores, annotator: user, metadata })];
  }
  const ranked = answers.flatMap((answer, i) => {
    const worth = worths[i];
    return worth === undefined ? [] : [{ answer, worth, score: rated ? worth : null, about: {} }];
  });
  return rankedPairs(prompt, ranked, metadata).map((each) => ({ ...each, annotator: user }));
}

export const argilla: Format = {
  id: 'argilla',
  title: 'Argilla, preferences',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const fits = records.filter((r) => {
      const rated = ratedOf(r);
      return rated !== undefined && columnsIn(rated.fields) !== undefined;
    }).length;
    const share = fits / Math.max(1, records.length);
    return { score: 0.96 * share, reason: `${percentOf(share)} are records with answers and users' responses` };
  },
  read(record) {
    const rated = ratedOf(record);
    const columns = rated && columnsIn(rated.fields);
    if (!rated || !columns)
      throw new RowFault('fields', 'a record with a prompt, two or more answers and responses was expected');
    const { fields, rest } = rated;
    const words = wordsIn(rated, columns.answers);
    if (words.length === 0) throw new RowRefused('no response decides between the answers');
    const prompt = textAt(fields, columns.prompt, 'prompt');
    const answers = columns.answers.map((column) => asAnswer(prompt, textAt(fields, column, column)));
    const used = [columns.prompt, ...columns.answers];
    const metadata = { ...restOf(rest, used), ...(fields === record ? {} : restOf(fields, used)) };
    return words.flatMap((word) => draftsOf(word, prompt, answers, metadata));
  },
};
