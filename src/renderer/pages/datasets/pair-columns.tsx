/** Columns of the pair table for each kind of data; hits of the search are marked. */

import { MISSING, signed, whole } from '../../../charts/numbers.ts';
import type { DatasetKind, PairLine } from '../../../preload/contract/index.ts';
import type { Column } from '../../components/data-table.tsx';
import { Tag } from '../../components/labels.tsx';
import { Lengths } from './dataset-columns.tsx';
import { partsOf } from './text-parts.ts';

/** Text nodes, and marks around what was searched for. */
export function Marked({ text, search }: { text: string | null; search: string }) {
  if (text === null) return <span className="pl-3">{MISSING}</span>;
  return partsOf(text, search).map((part, index) =>
    part.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text in their order
      <mark key={index} className="pl-hit">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}

type TextField = 'prompt' | 'chosen' | 'rejected' | 'completion';

function textColumn(field: TextField, head: string, search: string): Column<PairLine> {
  return {
    id: field,
    head,
    width: field === 'prompt' ? 'minmax(0, 1.15fr)' : 'minmax(0, 1fr)',
    tone: field === 'prompt' ? undefined : 'pl-2',
    cell: (line) => <Marked text={line[field]} search={search} />,
  };
}

const ROW: Column<PairLine> = {
  id: 'row',
  head: 'Row',
  width: '84px',
  end: true,
  sortable: true,
  tone: 'pl-3',
  cell: (line) => whole(line.index + 1),
};

const PAIR_LENGTHS: Column<PairLine> = {
  id: 'length',
  head: 'Characters',
  width: '112px',
  end: true,
  sortable: true,
  cell: (line) => <Lengths chosen={line.chosenChars} rejected={line.rejectedChars} />,
};

const LENGTH: Column<PairLine> = { ...PAIR_LENGTHS, cell: (line) => whole(line.completionChars) };

const MARGIN: Column<PairLine> = {
  id: 'margin',
  head: 'Margin',
  width: '84px',
  end: true,
  sortable: true,
  cell: (line) =>
    line.tie ? (
      <Tag tone="tie">tie</Tag>
    ) : line.margin === null ? (
      <span className="pl-3">{MISSING}</span>
    ) : (
      signed(line.margin)
    ),
};

const LABEL: Column<PairLine> = {
  id: 'label',
  head: 'Label',
  width: '104px',
  cell: (line) =>
    line.label === null ? (
      <span className="pl-3">{MISSING}</span>
    ) : (
      <Tag tone={line.label ? 'chosen' : 'rejected'}>{line.label ? 'wanted' : 'unwanted'}</Tag>
    ),
};

/** Columns that a head press sorts by. */
export const SORTS = { row: 'row', length: 'length', margin: 'margin' } as const;

export function pairColumns(kind: DatasetKind, search: string): readonly Column<PairLine>[] {
  const text = (field: TextField, head: string) => textColumn(field, head, search);
  switch (kind) {
    case 'preference':
      return [
        ROW,
        text('prompt', 'Prompt'),
        text('chosen', 'Chosen'),
        text('rejected', 'Rejected'),
        PAIR_LENGTHS,
        MARGIN,
      ];
    case 'unpaired':
      return [ROW, text('prompt', 'Prompt'), text('completion', 'Answer'), LENGTH, LABEL];
    case 'demonstrations':
      return [ROW, text('prompt', 'Prompt'), text('completion', 'Answer'), LENGTH];
    case 'prompts':
      return [ROW, text('prompt', 'Prompt')];
  }
}
