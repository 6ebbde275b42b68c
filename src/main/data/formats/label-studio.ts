/** Label Studio exports: a task's data with the annotators' pairwise choices; each annotation makes a pair. The smaller form (JSON-MIN) has the choice beside the data. */
import type { TextOrChat } from '../../../preload/contract/datasets.ts';
import { WideNumber } from '../records/exact-json.ts';
import { type Format, isRecord, percentOf, type RecordValue, RowFault, RowRefused, restOf, textAt } from './format.ts';
import { asAnswer } from './preference-pair.ts';
import { judgedDraft, type Verdict, verdictOfWord } from './two-answers.ts';

const ANSWER =
  /^(?:answer|response|output|completion|reply|summary|text|candidate|model|assistant)[ _-]*(?:(?<a>1|a|left)|(?<b>2|b|right))$/i;
const PROMPTS = [
  'prompt',
  'question',
  'instruction',
  'input',
  'query',
  'request',
  'context',
  'conversation',
  'dialogue',
  'messages',
];

interface Task {
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
}

/** Names of the columns that hold the prompt and both answers. */
function taskIn(data: RecordValue): Task | undefined {
  const sideOf = (side: 'a' | 'b') => Object.keys(data).find((key) => ANSWER.exec(key)?.groups?.[side] !== undefined);
  const prompt = PROMPTS.find((key) => data[key] !== undefined);
  const [a, b] = [sideOf('a'), sideOf('b')];
  return prompt !== undefined && a !== undefined && b !== undefined ? { prompt, a, b } : undefined;
}

interface Choice {
  readonly verdict: Verdict;
  readonly annotator: string | null;
}

/** A cell of the CSV export writes a result as JSON. */
function jsonIn(cell: string): unknown {
  if (!/^\s*[[{]/.test(cell)) return undefined;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

/** The verdict in the value of a result: a pairwise selection, or a choice in words. */
function verdictIn(value: unknown): Verdict | undefined {
  if (typeof value === 'string') return verdictOfWord(value) ?? verdictIn(jsonIn(value));
  if (Array.isArray(value)) return value.length === 1 ? verdictIn(value[0]) : undefined;
  if (!isRecord(value)) return undefined;
  return verdictIn(value.selected ?? value.choices ?? value.pairwise);
}

const nameOf = (value: unknown): string | null => {
  if (isRecord(value)) return nameOf(value.email ?? value.username ?? value.id);
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || value instanceof WideNumber
      ? String(value)
      : null;
};

/** Every annotation that decides; those that were skipped or left open say nothing. */
function choicesOf(annotations: readonly unknown[]): Choice[] {
  return annotations.flatMap((annotation) => {
    if (!isRecord(annotation) || annotation.was_cancelled === true || !Array.isArray(annotation.result)) return [];
    const verdict = annotation.result
      .map((result: unknown) => (isRecord(result) ? verdictIn(result.value) : undefined))
      .find((found) => found !== undefined);
    return verdict === undefined ? [] : [{ verdict, annotator: nameOf(annotation.completed_by) }];
  });
}

interface Rated {
  readonly data: RecordValue;
  readonly task: Task;
  readonly choices: readonly Choice[];
  readonly rest: Record<string, unknown>;
}

/** The full form: {data, annotations}; the small one has columns of both. */
function ratedOf(record: RecordValue): Rated | undefined {
  const isFull = isRecord(record.data) && (Array.isArray(record.annotations) || Array.isArray(record.completions));
  const data = isFull ? (record.data as RecordValue) : record;
  const task = taskIn(data);
  if (!task) return undefined;
  const used = [task.prompt, task.a, task.b];
  if (isFull) {
    const choices = choicesOf((record.annotations ?? record.completions) as unknown[]);
    const about = restOf(record, ['data', 'annotations', 'completions', 'predictions', 'drafts']);
    return { data, task, choices, rest: { ...about, ...restOf(data, used) } };
  }
  if (!('annotation_id' in record) && !('lead_time' in record)) return undefined;
  const others = Object.keys(record).filter((key) => !used.includes(key) && !BOOKKEEPING.includes(key));
  // an object can be nothing else; a word that reads like a choice may be one of the task's own columns
  const column = [isResult, hasChoiceForm].map((is) => others.find((key) => is(record[key]))).find(Boolean);
  const verdict = column === undefined ? undefined : verdictIn(record[column]);
  const choices = verdict === undefined ? [] : [{ verdict, annotator: nameOf(record.annotator) }];
  return {
    data,
    task,
    choices,
    rest: restOf(record, [...used, 'annotator', ...(column === undefined ? [] : [column])]),
  };
}

/** Columns of the smaller form that are about the annotation; ids of a CSV file read like choices. */
const BOOKKEEPING = ['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time'];

const isResult = (value: unknown): boolean =>
  hasChoiceForm(value) && (typeof value === 'object' || jsonIn(String(value)) !== undefined);

const hasChoiceForm = (value: unknown): boolean =>
  (typeof value === 'object' || typeof value === 'string') && verdictIn(value) !== undefined;

export const labelStudio: Format = {
  id: 'label-studio',
  title: 'Label Studio, pairwise',
  kind: 'preference',
  fields: [],
  mapping: {},
  sniff(records) {
    const share = records.filter((r) => ratedOf(r) !== undefined).length / Math.max(1, records.length);
    return { score: 0.96 * share, reason: `${percentOf(share)} are tasks with two answers and their annotations` };
  },
  read(record) {
    const rated = ratedOf(record);
    if (!rated) throw new RowFault('data', 'a task with a prompt, two answers and annotations was expected');
    const { data, task, choices, rest } = rated;
    if (choices.length === 0) throw new RowRefused('no annotation decides between the answers');
    const prompt = textAt(data, task.prompt, 'prompt');
    const answer = (column: string): TextOrChat => asAnswer(prompt, textAt(data, column, column));
    const both = { prompt, a: answer(task.a), b: answer(task.b), metadata: rest };
    return choices.map((choice) => judgedDraft({ ...both, ...choice }));
  },
};
