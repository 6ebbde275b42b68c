/** Argilla exports: a record's fields with the users' answers to its questions, nested (2.x) or as columns "QUESTION.responses"; each user's word makes a pair. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import {
  type Format,
  isConversation,
  isRecord,
  percentOf,
  type RecordValue,
  RowFault,
  RowRefused,
  restOf,
  textAt,
} from './format.ts';
import { asAnswer } from './preference-pair.ts';
import { judgedDraft, type Verdict, verdictOfDifference, verdictOfWord } from './two-answers.ts';

const ANSWER =
  /^(?:response|answer|output|completion|generation|reply|text|chosen|rejected|summary)[ _-]*(?<n>1|2|a|b|0)$/i;
const PROMPTS = ['prompt', 'instruction', 'question', 'input', 'query', 'context', 'conversation', 'chat', 'messages'];

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

const userOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A list of {value, user_id}; those that were discarded say nothing. */
const responsesIn = (list: readonly unknown[]): Response[] =>
  list.flatMap((item) =>
    isRecord(item) && item.value !== undefined && item.value !== null && item.status !== 'discarded'
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

const isText = (value: unknown): boolean => typeof value === 'string' || isConversation(value);

/** The columns of both answers, and of the prompt. */
function columnsIn(fields: RecordValue) {
  const answers = Object.keys(fields).filter((key) => ANSWER.test(key) && isText(fields[key]));
  const prompt = PROMPTS.find((key) => isText(fields[key]));
  return prompt !== undefined && answers.length === 2 ? { prompt, answers: answers.sort() } : undefined;
}

/** A label ("response2", "tie") or a ranking ([{value, rank}], the best has rank 1). */
function verdictIn(value: unknown, answers: readonly string[]): Verdict | undefined {
  if (typeof value === 'string') {
    const named = answers.findIndex((name) => name.toLowerCase() === value.toLowerCase());
    return named >= 0 ? (['a', 'b'] as const)[named] : verdictOfWord(value);
  }
  if (!Array.isArray(value)) return undefined;
  const rankOf = (side: Verdict) =>
    value.find((v: unknown) => isRecord(v) && typeof v.rank === 'number' && verdictIn(v.value, answers) === side)?.rank;
  const [a, b] = [rankOf('a'), rankOf('b')];
  return a === undefined || b === undefined ? undefined : verdictOfDifference(b - a);
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
    return { score: 0.96 * share, reason: `${percentOf(share)} are records with two answers and users' responses` };
  },
  read(record) {
    const rated = ratedOf(record);
    const columns = rated && columnsIn(rated.fields);
    if (!rated || !columns)
      throw new RowFault('fields', 'a record with a prompt, two answers and responses was expected');
    const { fields, responses, rest } = rated;
    const words = Object.values(responses).flatMap((all) =>
      all.flatMap(({ value, user }) => {
        const verdict = verdictIn(value, columns.answers);
        return verdict === undefined ? [] : [{ verdict, annotator: user }];
      }),
    );
    if (words.length === 0) throw new RowRefused('no response decides between the answers');
    const prompt = textAt(fields, columns.prompt, 'prompt');
    const answer = (column: string): TextOrChat => asAnswer(prompt, textAt(fields, column, column));
    const [a, b] = columns.answers.map(answer);
    const used = [columns.prompt, ...columns.answers];
    const metadata = { ...restOf(rest, used), ...(fields === record ? {} : restOf(fields, used)) };
    return words.map((word) => judgedDraft({ prompt, a, b, ...word, metadata }));
  },
};
