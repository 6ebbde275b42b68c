/** The JSON that Google's LLM Comparator opens: answers side by side, with a score that is above 0 where A, the chosen one, is better. */
import type { StoredPair, TextOrChat } from '../../../../preload/contract/datasets.ts';
import { type ExportFormat, type ExportSource, inPieces } from './export-format.ts';

/** A conversation as people read it. */
export const asText = (value: TextOrChat | null): string =>
  value === null || typeof value === 'string'
    ? (value ?? '')
    : value.length === 1
      ? value[0].content
      : value.map(({ role, content }) => `${role}: ${content}`).join('\n\n');

const FIELDS = [
  { name: 'margin', type: 'number' },
  { name: 'score_chosen', type: 'number' },
  { name: 'score_rejected', type: 'number' },
] as const;

const exampleOf = (pair: StoredPair): object => ({
  input_text: asText(pair.prompt),
  tags: pair.annotator === null ? [] : [pair.annotator],
  output_text_a: asText(pair.chosen),
  output_text_b: asText(pair.rejected),
  score: pair.tie ? 0 : 1,
  individual_rater_scores: [],
  custom_fields: { margin: pair.margin, score_chosen: pair.scoreChosen, score_rejected: pair.scoreRejected },
});

function* lines({ name, rows }: ExportSource): Generator<string> {
  const head = {
    metadata: { source_path: name, custom_fields_schema: FIELDS },
    models: [{ name: 'chosen' }, { name: 'rejected' }],
  };
  yield `${JSON.stringify(head).slice(0, -1)},"examples":[`;
  let first = true;
  for (const pair of rows) {
    yield `${first ? '' : ','}${JSON.stringify(exampleOf(pair))}`;
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
