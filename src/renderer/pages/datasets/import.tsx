/** The import wizard: File → Format and columns → Name and split. Nothing is stored before Import is pressed. */
import { Button } from '@mantine/core';
import { useRef } from 'react';
import { useLocation } from 'wouter';
import { bytes } from '../../../charts/numbers.ts';
import type { ImportPreview } from '../../../preload/contract/index.ts';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { Stepper } from '../../components/stepper.tsx';
import { useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import '../pages.css';
import { rowsCounted } from './chat-text.ts';
import './datasets.css';
import { clearDraft, type ImportStep, readingOf, useImportDraft } from './import-draft.ts';
import { FileStep, useChooseFile } from './import-file.tsx';
import { FormatStep } from './import-format.tsx';
import { forgetJob, startImport, useImportJob } from './import-job.ts';
import { canSplit, NameStep, nameProblem, useNameInUse } from './import-name.tsx';
import { ImportRunning } from './import-running.tsx';

const STEPS = ['File', 'Format and columns', 'Name and split'] as const;

/** Same seed, same split; the one of the configs. */
const SPLIT_SEED = 42;

/** What the host makes of the file as it is mapped now. */
function usePreview() {
  const { file, format, mapping, asFound } = useImportDraft();
  const input = { fileId: file?.fileId ?? '', format, mapping, asFound: asFound || undefined };
  // of another file nothing is kept; while a correction is worked out, what was there stays
  const corrected = format !== undefined || Object.keys(mapping).length > 0 || asFound;
  return useCall('datasets.preview', input, { enabled: file !== null, keep: corrected });
}

/** Rows that an import of this preview would store. */
const storedRows = (preview: ImportPreview): number => preview.pairs || preview.unpaired || preview.rowsAccepted;

const isImportable = (preview: ImportPreview): boolean =>
  (preview.faults === 0 || useImportDraft.getState().leaveOut) && preview.rowsAccepted > 0;

export function ImportPage() {
  const [, navigate] = useLocation();
  const draft = useImportDraft();
  const { job } = useImportJob();
  const preview = usePreview();
  const choose = useChooseFile();
  const problem = useRef<HTMLDivElement>(null);
  const name = (draft.name ?? preview.data?.suggestedName ?? '').trim();
  const taken = useNameInUse(name);
  const { file, step } = draft;
  // an answer to another mapping is shown, but nothing is started from it
  const settled = preview.data !== undefined && !preview.isPlaceholderData && !preview.isError ? preview.data : null;

  const go = (to: ImportStep) => useImportDraft.setState({ step: to });
  const toProblem = () => {
    go(1);
    requestAnimationFrame(() => problem.current?.focus());
  };
  const next = () => {
    if (!settled || !isImportable(settled)) return toProblem();
    go(2);
  };
  const start = () => {
    if (!file || !settled || !isImportable(settled)) return toProblem();
    if (nameProblem(name, settled.kind, taken)) return go(2);
    const split = draft.heldOut > 0 && canSplit(settled) ? { share: draft.heldOut, seed: SPLIT_SEED } : undefined;
    startImport({ fileId: file.fileId, ...readingOf(draft, settled), name, split });
  };
  const cancel = () => {
    clearDraft();
    forgetJob();
    navigate('/datasets');
  };
  const running = job.state === 'running';
  useKeys({
    'Ctrl+Enter': () => (running ? undefined : step === 0 ? choose.open() : step === 1 ? next() : start()),
    'Alt+ArrowLeft': () => step > 0 && !running && go((step - 1) as ImportStep),
  });
  return (
    <>
      <PageHeader
        title="Import"
        parent={{ title: 'Datasets', path: '/datasets' }}
        facts={file && `${file.name}  ${bytes(file.bytes)}`}
        actions={
          <>
            {!running && (
              <Button variant="subtle" onClick={cancel}>
                Cancel
              </Button>
            )}
            {step > 0 && !running && <Button onClick={() => go((step - 1) as ImportStep)}>Back</Button>}
            {step === 1 && !running && <Button onClick={next}>Next</Button>}
            {step === 0 || !file ? (
              <PrimaryButton onClick={choose.open} loading={draft.handingOver !== null}>
                Choose file
              </PrimaryButton>
            ) : (
              <PrimaryButton onClick={start} loading={running}>
                {settled ? `Import ${rowsCounted(settled.kind, storedRows(settled))}` : 'Import'}
              </PrimaryButton>
            )}
          </>
        }
      />
      {choose.field}
      <Stepper steps={STEPS} current={step} onStep={(to) => !running && go(to as ImportStep)} />
      {running || job.state === 'failed' ? (
        <ImportRunning job={job} />
      ) : step === 0 || !file ? (
        <FileStep choose={choose.open} />
      ) : step === 1 ? (
        <FormatStep preview={preview} problem={problem} />
      ) : (
        <NameStep name={name} preview={preview.data} taken={taken} onSubmit={start} />
      )}
    </>
  );
}
