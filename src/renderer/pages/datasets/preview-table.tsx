/** The first rows of a file as they will be stored; a row opens to its whole texts and turns. */
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { ImportPreview, StoredPair, TextOrChat } from '../../../preload/contract/index.ts';
import { Tag } from '../../components/labels.tsx';
import { oneLine, placeOf } from './chat-text.ts';
import { Turns } from './conversation.tsx';

const SHOWN = 5;

interface TextColumn {
  readonly head: string;
  readonly text: (row: StoredPair) => TextOrChat | null;
}

const PROMPT: TextColumn = { head: 'Prompt', text: (row) => row.prompt };
const ANSWER: TextColumn = { head: 'Answer', text: (row) => row.completion };
const COLUMNS: Readonly<Record<ImportPreview['kind'], readonly TextColumn[]>> = {
  preference: [
    PROMPT,
    { head: 'Chosen', text: (row) => row.chosen },
    { head: 'Rejected', text: (row) => row.rejected },
  ],
  unpaired: [PROMPT, ANSWER],
  demonstrations: [PROMPT, ANSWER],
  prompts: [PROMPT],
};

/** What stands beside the texts, where the row has it. */
function Beside({ row }: { row: StoredPair }) {
  const number = (name: string, value: number | null) => value !== null && <Tag key={name}>{`${name} ${value}`}</Tag>;
  return (
    <div className="pl-row pl-wrap">
      {row.tie && <Tag tone="tie">tie</Tag>}
      {row.label !== null && <Tag tone={row.label ? 'chosen' : 'rejected'}>{row.label ? 'wanted' : 'unwanted'}</Tag>}
      {number('margin', row.margin)}
      {number('score of chosen', row.scoreChosen)}
      {number('score of rejected', row.scoreRejected)}
      {row.annotator && <Tag>{`by ${row.annotator}`}</Tag>}
      {Object.keys(row.metadata).map((key) => (
        <Tag key={`meta ${key}`}>{key}</Tag>
      ))}
    </div>
  );
}

function Opened({ row, columns }: { row: StoredPair; columns: readonly TextColumn[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="pl-preview-open" tabIndex={0} aria-label="Texts of the row">
      {columns.map(({ head, text }) => {
        const value = text(row);
        return (
          <section key={head}>
            <h3 className="pl-caption">{head}</h3>
            {value === null ? <span className="pl-3">(none)</span> : <Turns text={value} />}
          </section>
        );
      })}
      <Beside row={row} />
    </section>
  );
}

function Row({ row, columns }: { row: StoredPair; columns: readonly TextColumn[] }) {
  const [open, setOpen] = useState(false);
  const place = placeOf(row.provenance);
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <Fragment>
      <tr>
        <td>
          <button
            type="button"
            className="pl-open-row"
            aria-expanded={open}
            aria-label={`Line ${place}`}
            onClick={() => setOpen(!open)}
          >
            <Icon size={14} aria-hidden="true" />
            {place}
          </button>
        </td>
        {columns.map(({ head, text }) => (
          <td key={head} className="cut">
            {oneLine(text(row))}
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={columns.length + 1} className="pl-preview-cell">
            <Opened row={row} columns={columns} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

export function PreviewTable({ preview }: { preview: ImportPreview }) {
  const [all, setAll] = useState(false);
  const columns = COLUMNS[preview.kind];
  const rows = all ? preview.rows : preview.rows.slice(0, SHOWN);
  return (
    <section className="pl-section">
      <div className="pl-row">
        <h2>Preview</h2>
        <span className="pl-caption pl-grow">as it will be stored</span>
        {preview.rows.length > SHOWN && (
          <button type="button" className="pl-link" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show ${whole(preview.rows.length)} rows`}
          </button>
        )}
      </div>
      <div className="pl-card flush">
        <table className="pl-table pl-preview" aria-label="Rows as they will be stored">
          <thead>
            <tr>
              <th scope="col">Line</th>
              {columns.map(({ head }) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.length === 0 ? (
              <tr>
                <td colSpan={columns.length + 1} className="pl-3">
                  No row can be read this way.
                </td>
              </tr>
            ) : (
              rows.map((row) => <Row key={row.index} row={row} columns={columns} />)
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}
