/** Which column each field is read from: what the format says, what was guessed by name, and the corrections. */
import { Select } from '@mantine/core';
import { useState } from 'react';
import { counted } from '../../../charts/numbers.ts';
import type { ImportPreview, MappingField } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { mapField } from './import-draft.ts';

const FIELD_NAMES: Readonly<Record<MappingField, readonly [name: string, help: string]>> = {
  prompt: ['Prompt', 'text or messages'],
  system: ['System', 'text before the prompt'],
  history: ['History', 'earlier questions and answers'],
  input: ['Input', 'a line after the prompt'],
  chosen: ['Chosen', 'the better answer'],
  rejected: ['Rejected', 'the worse answer'],
  completion: ['Answer', 'text or messages'],
  label: ['Label', 'true: wanted'],
  text: ['Text', 'prompt and answer in one'],
  messages: ['Messages', 'the last one is the answer'],
  margin: ['Margin', 'number'],
  score_chosen: ['Score of chosen', 'number'],
  score_rejected: ['Score of rejected', 'number; equal: a tie'],
  tie: ['Tie', 'true or false'],
  annotator: ['Annotator', 'name'],
  answer_a: ['Answer A', 'beside a verdict'],
  answer_b: ['Answer B', 'beside a verdict'],
  preference: ['Verdict', 'A, B or tie; 1, 2 or 0'],
  score_a: ['Score of A', 'number'],
  score_b: ['Score of B', 'number'],
};

/** Fields that most files do without: shown when they are mapped, or asked for. */
const BESIDE: ReadonlySet<MappingField> = new Set([
  'system',
  'history',
  'input',
  'margin',
  'score_chosen',
  'score_rejected',
  'tie',
  'annotator',
  'answer_a',
  'answer_b',
  'preference',
  'score_a',
  'score_b',
]);

/** Fields that say something of rows of another kind: shown when they are mapped, or asked for. */
const OF_OTHERS: Readonly<Record<ImportPreview['kind'], ReadonlySet<MappingField>>> = {
  preference: new Set(['completion', 'label', 'text', 'messages']),
  unpaired: new Set(['chosen', 'rejected', 'text']),
  demonstrations: new Set(['chosen', 'rejected']),
  prompts: new Set(),
};

/** How alike a column's name is to one in use. */
const likenessWords = (likeness: number): string =>
  likeness === 1 ? 'same name' : `${Math.round(100 * likeness)}% alike`;

export function ColumnsCard({ preview }: { preview: ImportPreview }) {
  const { fields, columns, mapping, guessed, kind } = preview;
  const [all, setAll] = useState(false);
  const isAside = (field: MappingField) => BESIDE.has(field) || OF_OTHERS[kind].has(field);
  const shown = fields.filter((field) => all || !isAside(field) || mapping[field] !== undefined);
  const names = [...new Set([...columns.map(({ name }) => name), ...Object.values(mapping)])];
  return (
    <Card
      title="Columns"
      note={guessed === null ? 'What each field is read from' : 'Matched by name: correct what is wrong'}
    >
      <div className="pl-mapping">
        {shown.map((field) => {
          const [name, help] = FIELD_NAMES[field];
          const column = mapping[field] ?? null;
          const likeness = guessed?.[field];
          return (
            <div key={field} className="pl-map-row">
              <span className={column === null ? 'pl-2' : 'pl-strong'}>{name}</span>
              <Select
                aria-label={`Column for ${name.toLowerCase()}`}
                data={names}
                value={column}
                placeholder="not in this file"
                clearable
                clearButtonProps={{ 'aria-label': `Read ${name.toLowerCase()} from nowhere` }}
                classNames={{ input: 'pl-mono' }}
                onChange={(to) => mapField(preview, field, to)}
              />
              <span
                className="pl-caption pl-ellipsis"
                title={likeness === undefined ? help : 'how alike the name is to one in use'}
              >
                {likeness === undefined ? help : likenessWords(likeness)}
              </span>
            </div>
          );
        })}
      </div>
      {!all && shown.length < fields.length && (
        <button type="button" className="pl-link quiet pl-more-fields" onClick={() => setAll(true)}>
          {counted(fields.length - shown.length, 'more field')}, not in this file
        </button>
      )}
    </Card>
  );
}
