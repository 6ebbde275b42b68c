/** Which column of an unknown table plays which role, by how alike its name is to names in use and by what stands in it: a guess that a person confirms. */
import { type ColumnMapping, type MappingField, mappingField } from '../../../preload/contract/datasets.ts';
import { editDistance } from '../../base/registry.ts';
import { isConversation, type RecordValue, valueAt } from '../formats/format.ts';
import { METADATA_PREFIX } from './reserved-names.ts';

type Kind = 'text' | 'number' | 'mark' | 'name' | 'messages';

interface Role {
  readonly field: MappingField;
  readonly kind: Kind;
  /** Names in use, as words. */
  readonly names: readonly string[];
}

const ROLES: readonly Role[] = [
  {
    field: 'chosen',
    kind: 'text',
    names: [
      'chosen',
      'preferred',
      'better',
      'best',
      'winner',
      'winning',
      'accepted',
      'good',
      'positive',
      'pos',
      'win',
      'correct',
    ],
  },
  {
    field: 'rejected',
    kind: 'text',
    names: [
      'rejected',
      'dispreferred',
      'not preferred',
      'worse',
      'worst',
      'loser',
      'losing',
      'bad',
      'negative',
      'neg',
      'lose',
      'incorrect',
      'wrong',
    ],
  },
  {
    field: 'answer_a',
    kind: 'text',
    names: [
      'answer a',
      'response a',
      'output a',
      'completion a',
      'answer 1',
      'response 1',
      'output 1',
      'completion 1',
      'reply 1',
      'reply a',
      'left',
      'model a',
      'option a',
    ],
  },
  {
    field: 'answer_b',
    kind: 'text',
    names: [
      'answer b',
      'response b',
      'output b',
      'completion b',
      'answer 2',
      'response 2',
      'output 2',
      'completion 2',
      'reply 2',
      'reply b',
      'right',
      'model b',
      'option b',
    ],
  },
  {
    field: 'preference',
    kind: 'name',
    names: [
      'preference',
      'verdict',
      'winner',
      'choice',
      'preferred',
      'better',
      'judgement',
      'judgment',
      'label',
      'vote',
    ],
  },
  {
    field: 'prompt',
    kind: 'text',
    names: [
      'prompt',
      'instruction',
      'question',
      'query',
      'ask',
      'user',
      'input',
      'request',
      'post',
      'problem',
      'message',
      'context',
      'history',
    ],
  },
  {
    field: 'messages',
    kind: 'messages',
    names: ['messages', 'conversation', 'conversations', 'dialogue', 'dialog', 'chat', 'turns'],
  },
  {
    field: 'completion',
    kind: 'text',
    names: [
      'completion',
      'response',
      'answer',
      'output',
      'reply',
      'target',
      'generation',
      'assistant',
      'solution',
      'summary',
    ],
  },
  {
    field: 'label',
    kind: 'mark',
    names: ['label', 'wanted', 'desirable', 'good', 'liked', 'thumbs up', 'accepted', 'kto tag', 'is good'],
  },
  { field: 'text', kind: 'text', names: ['text', 'content', 'document', 'story', 'body'] },
  { field: 'system', kind: 'text', names: ['system', 'system prompt', 'system message'] },
  {
    field: 'score_chosen',
    kind: 'number',
    names: ['score chosen', 'chosen score', 'chosen rating', 'chosen reward', 'chosen avg rating', 'better score'],
  },
  {
    field: 'score_rejected',
    kind: 'number',
    names: [
      'score rejected',
      'rejected score',
      'rejected rating',
      'rejected reward',
      'rejected avg rating',
      'worse score',
    ],
  },
  { field: 'margin', kind: 'number', names: ['margin', 'score difference', 'strength'] },
  { field: 'tie', kind: 'mark', names: ['tie', 'is tie', 'draw'] },
  {
    field: 'annotator',
    kind: 'name',
    names: ['annotator', 'rater', 'worker', 'judge', 'annotator id', 'worker id', 'rater id', 'labeler'],
  },
];

/** Every name in use of any role, in the spellings that tables have. */
export const namesOfRoles = (): readonly string[] =>
  ROLES.flatMap(({ names }) => names.flatMap((name) => [name, name.replaceAll(' ', '_'), name.replaceAll(' ', '')]));

/** What a mapping needs; the first form whose roles are all found is taken, with what may stand beside them. */
const FORMS: readonly (readonly [needs: readonly MappingField[], beside: readonly MappingField[]])[] = [
  [
    ['chosen', 'rejected'],
    ['prompt', 'system', 'score_chosen', 'score_rejected', 'margin', 'tie', 'annotator'],
  ],
  [
    ['prompt', 'answer_a', 'answer_b', 'preference'],
    ['system', 'annotator'],
  ],
  [['prompt', 'completion', 'label'], ['system']],
  [['messages', 'label'], []],
  [['prompt', 'completion'], ['system']],
  [['messages'], []],
  [['text'], []],
  [['prompt'], ['system']],
];

/** Names less alike than this are no guess. */
const LEAST = 0.6;

/** "betterAnswer_text" → ["better", "answer", "text"]. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** 0 to 1: 1 for the same words, less for each word more, else how few letters differ. */
export function similarity(column: string, name: string): number {
  const words = wordsOf(column);
  const wanted = name.split(' ');
  const spelled = words.join('');
  if (spelled === wanted.join('')) return 1;
  const extra = words.length - wanted.length;
  if (extra > 0 && wanted.every((word) => words.includes(word))) return Math.max(LEAST, 0.95 - 0.1 * extra);
  const joined = wanted.join('');
  return 1 - editDistance(spelled, joined) / Math.max(spelled.length, joined.length, 1);
}

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' || isConversation(value),
  number: (value) =>
    typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value))),
  mark: (value) => typeof value === 'boolean' || /^(true|false|0|1)$/i.test(String(value)),
  name: (value) => typeof value === 'string' || typeof value === 'number',
  messages: (value) => isConversation(value),
};

/** A column by its name, or inside an object by "object.name". */
function columnsIn(head: readonly RecordValue[]): string[] {
  const inside = (record: RecordValue) =>
    Object.entries(record).flatMap(([key, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
        ? Object.keys(value).map((inner) => `${key}.${inner}`)
        : [key],
    );
  return [...new Set(head.flatMap(inside))].filter((column) => !column.startsWith(METADATA_PREFIX));
}

const holds = (head: readonly RecordValue[], column: string, kind: Kind): boolean => {
  const values = head.map((record) => valueAt(record, column)).filter((value) => (value ?? '') !== '');
  return values.length > 0 && values.filter(FITS[kind]).length >= values.length / 2;
};

export interface Guess {
  readonly mapping: ColumnMapping;
  /** Field → how alike its column's name is to a name in use, 0 to 1. */
  readonly similarity: Readonly<Partial<Record<MappingField, number>>>;
}

/** A mapping for records that no known format reads; undefined when no form of rows can be made of their columns. */
export function guessColumns(head: readonly RecordValue[]): Guess | undefined {
  const columns = columnsIn(head);
  for (const [needs, beside] of FORMS) {
    const found = assign(head, columns, [...needs, ...beside]);
    if (!needs.every((field) => found.has(field))) continue;
    // in the order in which fields are shown
    const ordered = mappingField.options.flatMap((field) => {
      const match = found.get(field);
      return match ? [{ field, ...match }] : [];
    });
    return {
      mapping: Object.fromEntries(ordered.map(({ field, column }) => [field, column])),
      similarity: Object.fromEntries(ordered.map(({ field, alike }) => [field, Math.round(100 * alike) / 100])),
    };
  }
  return undefined;
}

/** Each field its most alike column, the most alike ones first; no column twice. */
function assign(head: readonly RecordValue[], columns: readonly string[], fields: readonly MappingField[]) {
  const candidates = ROLES.filter(({ field }) => fields.includes(field)).flatMap(({ field, kind, names }) =>
    columns
      .filter((column) => holds(head, column, kind))
      .map((column) => {
        const last = column.slice(column.lastIndexOf('.') + 1);
        return {
          field,
          column,
          alike: Math.max(...names.flatMap((n) => [similarity(column, n), similarity(last, n)])),
        };
      }),
  );
  const found = new Map<MappingField, { readonly column: string; readonly alike: number }>();
  const taken = new Set<string>();
  for (const { field, column, alike } of candidates.sort((a, b) => b.alike - a.alike)) {
    if (alike < LEAST || found.has(field) || taken.has(column)) continue;
    found.set(field, { column, alike });
    taken.add(column);
  }
  return found;
}
