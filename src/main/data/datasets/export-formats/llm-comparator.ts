/** The JSON that Google's LLM Comparator opens: answers side by side, with a score that is above 0 where A, the chosen one, is better. */
import type { StoredPair, TextOrChat } from '../../../../preload/contract/datasets.ts';
import { checkTexts, type ExportFormat, type ExportSource, inPieces, othersOf } from './export-format.ts';
import { metadataColumns } from './metadata-columns.ts';

/** A conversation as people read it. */
export const asText = (value: TextOrChat | null): string =>
  value === null || typeof value === 'string'
    ? (value ?? '')
    : value.length === 1
      ? value[0].content
      : value.map(({ role, content }) => `${role}: ${content}`).join('\n\n');

/** What stands beside a pair, in the tool's own types of fields. */
const FIELDS = [
  { name: 'margin', type: 'number' },
  { name: 'score_chosen', type: 'number' },
  { name: 'score_rejected', type: 'number' },
  { name: 'annotator', type: 'string' },
] as const;
const OWN: ReadonlySet<string> = new Set([...FIELDS.map(({ name }) => name), 'tags', 'individual_rater_scores']);

/** Fields that the tool can show: texts and numbers. */
const shownFields = (source: ExportSource) =>
  [...metadataColumns(source)].flatMap(([name, type]) =>
    type !== 'json' && type !== 'boolean' && !OWN.has(name)
      ? [{ name, type: type === 'text' ? ('string' as const) : ('number' as const) }]
      : [],
  );

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const exampleOf = (
  pair: StoredPair,
  shown: ReturnType<typeof shownFields>,
  others: Readonly<Record<string, unknown>> = othersOf(pair),
): object => ({
  input_text: asText(pair.prompt),
  tags: listOf(pair.metadata.tags),
  output_text_a: asText(pair.chosen),
  output_text_b: asText(pair.rejected),
  score: pair.tie ? 0 : 1,
  individual_rater_scores: listOf(pair.metadata.individual_rater_scores),
  custom_fields: {
    margin: pair.margin,
    score_chosen: pair.scoreChosen,
    score_rejected: pair.scoreRejected,
    annotator: pair.annotator,
    ...Object.fromEntries(shown.map(({ name }) => [name, others[name] ?? null])),
  },
});

function* lines(source: ExportSource): Generator<string> {
  checkTexts(source, 'llm-comparator');
  const shown = shownFields(source);
  const head = {
    metadata: { source_path: source.name, custom_fields_schema: [...FIELDS, ...shown] },
    models: [{ name: 'chosen' }, { name: 'rejected' }],
  };
  yield `${JSON.stringify(head).slice(0, -1)},"examples":[`;
  let first = true;
  for (const pair of source.rows) {
    yield `${first ? '' : ','}${JSON.stringify(exampleOf(pair, shown))}`;
    first = false;
  }
  yield ']}';
}

export const llmComparator: ExportFormat = {
  id: 'llm-comparator',
  title: 'LLM Comparator, JSON',
  extension: 'json',
  kinds: ['preference'],
  pieces: (source) => inPieces(lines(source)),
};
