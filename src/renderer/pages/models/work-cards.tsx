/** Imports and exports of models at work, and how they ended: progress in bytes, a stop, where it was written, what to do about an error. */
import { Button } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { bytes, counted, percent } from '../../../charts/numbers.ts';
import type { ExportedModel, WorkProgress } from '../../../preload/contract/index.ts';
import { RpcError } from '../../../preload/contract/rpc.ts';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { call, useCall } from '../../host.ts';
import { modelPath } from './lineage-list.tsx';
import { dismissWork, type ModelWork, useModelWork } from './model-work.ts';

const STAGES: Readonly<Record<WorkProgress['stage'], string>> = {
  starting: 'Beginning',
  downloading: 'Downloading',
  writing: 'Writing',
};

function Running({ work, progress, cancel }: { work: ModelWork; progress: WorkProgress; cancel: () => void }) {
  const { stage, done, total } = progress;
  const share = total > 0 ? done / total : 0;
  const verb = work.kind === 'import' ? 'Importing' : 'Exporting';
  return (
    <section className="pl-card pl-work" aria-label={`${verb} ${work.title}`}>
      <div className="pl-row">
        <span className="pl-strong pl-ellipsis" title={work.title}>
          {verb} {work.title}
        </span>
        <span className="pl-2 pl-nowrap" role="status">
          {STAGES[stage]}
          {total > 0 && ` ${bytes(done)} of ${bytes(total)}, ${percent(share, 0)}`}
        </span>
        <span className="pl-grow" />
        <Button onClick={cancel}>Cancel</Button>
      </div>
      <Bar large value={share} of={1} label={`${verb} ${work.title}`} />
    </section>
  );
}

/** What helps against an error that has a way out in the app. */
function Help({ error, title }: { error: Error; title: string }) {
  const code = error instanceof RpcError ? error.code : '';
  if (!['gated', 'bad_token', 'not_found', 'forbidden'].includes(code) || !title.includes('/')) return null;
  return (
    <>
      <a className="pl-link" href={`https://huggingface.co/${title}`} target="_blank" rel="noreferrer">
        Its page on the hub
      </a>
      <Link className="pl-link" href="/settings">
        Enter a token in Settings
      </Link>
    </>
  );
}

function Written({ out }: { out: ExportedModel }) {
  const info = useCall('system.info', {});
  const total = out.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <>
      <code className="pl-wrap-path">{out.folder}</code>: {counted(out.files.length, 'file')}, {bytes(total)}.{' '}
      {out.notes.join(' ')}
      {info.data?.capabilities.showsFolders && (
        <Button leftSection={<IconFolder />} onClick={() => void call('files.show', { fileId: out.fileId })}>
          Show folder
        </Button>
      )}
    </>
  );
}

function Ended({ tone, title, children, actions, id }: EndedProps) {
  return (
    <Banner
      tone={tone}
      title={title}
      actions={
        <>
          {actions}
          <button type="button" className="pl-link quiet" onClick={() => dismissWork(id)}>
            Dismiss
          </button>
        </>
      }
    >
      {children}
    </Banner>
  );
}

interface EndedProps {
  readonly id: number;
  readonly tone: 'danger' | 'neutral';
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

const Again = ({ again, children }: { again: () => void; children: string }) => (
  <button type="button" className="pl-link" onClick={again}>
    {children}
  </button>
);

function WorkCard({ work }: { work: ModelWork }) {
  const { id, title, kind, fromHub, state } = work;
  switch (state.is) {
    case 'running':
      return <Running work={work} progress={state.progress} cancel={state.cancel} />;
    case 'failed':
      return (
        <Ended
          id={id}
          tone="danger"
          title={kind === 'import' ? `${title} was not imported.` : `${title}: nothing was written.`}
          actions={
            <>
              <Again again={state.again}>Try again</Again>
              <Help error={state.error} title={title} />
            </>
          }
        >
          {state.error.message}
        </Ended>
      );
    case 'cancelled':
      return (
        <Ended
          id={id}
          tone="neutral"
          title={`${title} was cancelled.`}
          actions={<Again again={state.again}>{fromHub ? 'Go on' : 'Start again'}</Again>}
        >
          {fromHub ? 'What came from the hub is kept: it goes on from there.' : 'Nothing half-written is left.'}
        </Ended>
      );
    case 'imported':
      return (
        <Ended
          id={id}
          tone="neutral"
          title={`${state.model.name} is in the workspace.`}
          actions={
            <Link className="pl-link" href={modelPath(state.model.name)}>
              Open
            </Link>
          }
        />
      );
    case 'exported':
      return (
        <Ended id={id} tone="neutral" title={`${title} is written.`}>
          <Written out={state.out} />
        </Ended>
      );
  }
}

/** `of` limits them to one kind. */
export function WorkCards({ of }: { of?: ModelWork['kind'] }) {
  const works = useModelWork((store) => store.works).filter((work) => of === undefined || work.kind === of);
  return works.map((work) => <WorkCard key={work.id} work={work} />);
}
