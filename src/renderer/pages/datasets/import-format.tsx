/** Second step of the import: the format and why, the columns, the rows as they will be stored, and those refused. */
import { Button, Select } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { counted, whole } from '../../../charts/numbers.ts';
import type { ImportPreview } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Content } from '../../components/content.tsx';
import { Banner, Tag } from '../../components/labels.tsx';
import { SkeletonLines } from '../../components/states.tsx';
import { ColumnsCard } from './import-columns.tsx';
import { chooseFormat, readAsFound, useImportDraft } from './import-draft.ts';
import { ImportSummary } from './import-summary.tsx';
import { PreviewTable } from './preview-table.tsx';
import { RefusedTable } from './refused-table.tsx';

/** Why the file is read in this way. */
function Reason({ preview }: { preview: ImportPreview }) {
  const { format, remembered, guessed } = preview;
  const chosen = useImportDraft((draft) => draft.format !== undefined);
  if (remembered !== null)
    return (
      <p className="pl-caption pl-reason">
        As you chose for {remembered}, which has the same columns.{' '}
        <button type="button" className="pl-link pl-caption" onClick={readAsFound}>
          Read it as found
        </button>
      </p>
    );
  if (guessed !== null)
    return (
      <p className="pl-caption pl-reason">
        No known format has these columns. They are matched by their names: look at each before you go on.
      </p>
    );
  if (!chosen) return <p className="pl-caption pl-reason">Found by content: {format.reason}.</p>;
  return (
    <p className="pl-caption pl-reason">
      Chosen by you.{' '}
      <button type="button" className="pl-link pl-caption" onClick={readAsFound}>
        Read it as found
      </button>
    </p>
  );
}

function FormatCard({ preview }: { preview: ImportPreview }) {
  const { format, alternatives, formats } = preview;
  const [second] = alternatives;
  return (
    <Card title="Format">
      <Select
        aria-label="Format"
        size="lg"
        mt={8}
        value={format.id}
        data={formats.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(id) => id && chooseFormat(id)}
      />
      <Reason preview={preview} />
      {second && (
        <p className="pl-caption pl-row">
          <IconBulb size={15} stroke={1.6} aria-hidden="true" />
          <span>
            Second best:{' '}
            <button type="button" className="pl-link pl-caption" onClick={() => chooseFormat(second.id)}>
              {second.title}
            </button>
          </span>
        </p>
      )}
    </Card>
  );
}

function Refused({ preview }: { preview: ImportPreview }) {
  const { refused, refusedTotal, rowsRead, faults } = preview;
  const leaveOut = useImportDraft((draft) => draft.leaveOut);
  const stops = faults > 0 && !leaveOut;
  if (refusedTotal === 0) return null;
  return (
    <section className="pl-section">
      <div className="pl-row">
        <h2>Refused</h2>
        <Tag tone={stops ? 'danger' : 'warn'}>
          {whole(refusedTotal)} of {counted(rowsRead, 'row')}
        </Tag>
        <span className="pl-caption pl-ellipsis">
          {stops
            ? 'Rows that do not fit the format stop the import.'
            : 'They stay out of the dataset and are kept in the import report.'}
        </span>
      </div>
      <div className="pl-card flush">
        <RefusedTable rows={refused} label="Refused rows" />
      </div>
      {refusedTotal > refused.length && <p className="pl-caption">The first {whole(refused.length)} are listed.</p>}
    </section>
  );
}

/** That rows are left out on purpose, and the way back. */
function LeftOut({ preview: { refusedTotal, rowsRead } }: { preview: ImportPreview }) {
  return (
    <Banner
      tone="warn"
      title={`${whole(refusedTotal)} of ${counted(rowsRead, 'row')} are left out.`}
      actions={<Button onClick={() => useImportDraft.setState({ leaveOut: false })}>Stop at such rows</Button>}
    >
      Rows that do not fit stay out of the dataset and are kept in the import report.
    </Banner>
  );
}

/** Why this cannot be imported as it is mapped now. */
function Problem({ preview }: { preview: ImportPreview }) {
  const { faults, rowsAccepted, rowsRead, refused } = preview;
  const leaveOut = useImportDraft((draft) => draft.leaveOut);
  if (faults === 0 && rowsAccepted > 0) return null;
  const [first] = refused;
  if (leaveOut && rowsAccepted > 0) return <LeftOut preview={preview} />;
  return (
    <Banner
      tone="danger"
      actions={
        rowsAccepted > 0 && (
          <Button onClick={() => useImportDraft.setState({ leaveOut: true })}>Leave these rows out</Button>
        )
      }
      title={
        faults > 0
          ? `${faults >= 200 ? 'At least 200' : whole(faults)} of ${counted(rowsRead, 'row')} do not fit this format.`
          : `None of ${counted(rowsRead, 'row')} can be used.`
      }
    >
      {first && `Line ${first.line ?? first.row}: ${first.reason}. `}
      Map another column, choose another format, or mend the file; nothing is imported as it is.
    </Banner>
  );
}

function PreviewFailed({ error }: { error: Error }) {
  const { format } = useImportDraft();
  return (
    <Banner
      tone="danger"
      title="This file cannot be imported as it is."
      actions={
        <>
          <Button onClick={() => useImportDraft.setState({ step: 0 })}>Choose another file</Button>
          {format === undefined ? (
            <Button onClick={() => chooseFormat('columns')}>Map the columns by hand</Button>
          ) : (
            <Button onClick={readAsFound}>Back to the format found</Button>
          )}
        </>
      }
    >
      {error.message}
    </Banner>
  );
}

export interface FormatStepProps {
  readonly preview: UseQueryResult<ImportPreview, Error>;
  readonly problem: RefObject<HTMLDivElement | null>;
}

export function FormatStep({ preview, problem }: FormatStepProps) {
  const { data, error, isPlaceholderData } = preview;
  return (
    <div className="pl-columns">
      <Content label="Format and columns">
        <div ref={problem} tabIndex={-1} className="pl-problem">
          {error ? <PreviewFailed error={error} /> : data && <Problem preview={data} />}
        </div>
        {!data && !error && (
          <>
            <p className="pl-2" role="status">
              Reading the file
            </p>
            <SkeletonLines count={8} />
          </>
        )}
        {data && !error && (
          <div className="pl-section" aria-busy={isPlaceholderData}>
            <div className="pl-import-cards">
              <FormatCard preview={data} />
              <ColumnsCard preview={data} />
            </div>
            <PreviewTable preview={data} />
            <Refused preview={data} />
          </div>
        )}
      </Content>
      {data && !error && <ImportSummary preview={data} />}
    </div>
  );
}
