/** A failed run: what happened, what is safe, what can be done, and the details for a bug report. */
import { Button } from '@mantine/core';
import { counted, whole } from '../../../charts/numbers.ts';
import type { LogLine, RunDetail } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Banner } from '../../components/labels.tsx';
import { useAction, useCall } from '../../host.ts';
import { LogLines, logText } from './log.tsx';
import { useClone } from './run-actions.tsx';

function Ways({ run }: { run: RunDetail }) {
  const clone = useClone(run);
  const resume = useAction('runs.resume', ['runs.get']);
  const last = run.checkpoints.at(-1);
  return (
    <Card title="What you can do">
      <div className="pl-way">
        <div>
          <p className="pl-strong">{last ? `Resume from step ${whole(last.step)}` : 'Start it again'}</p>
          <p className="pl-2">
            {last
              ? 'The curves go on where the checkpoint was written.'
              : 'There is no checkpoint: it begins at step 0.'}
          </p>
        </div>
        <Button onClick={() => resume.mutate({ id: run.id })}>{last ? 'Resume run' : 'Start again'}</Button>
      </div>
      <div className="pl-way">
        <div>
          <p className="pl-strong">Clone with other parameters</p>
          <p className="pl-2">Opens the wizard with this config. This run stays as it is.</p>
        </div>
        <Button onClick={clone}>Clone run</Button>
      </div>
    </Card>
  );
}

/** What a bug report needs: never a path, as the page knows none. */
function detailsOf(run: RunDetail, version: string | undefined): string {
  const config = Object.entries(run.config).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return [
    `Plumbline ${version ?? ''}`,
    `${run.method}, step ${run.step} of ${run.maxSteps}`,
    run.error ?? '',
    ...config,
  ].join('\n');
}

export function FailedRun({ run, log }: { run: RunDetail; log: readonly LogLine[] }) {
  const info = useCall('system.info', {});
  const last = run.checkpoints.at(-1);
  return (
    <>
      <Banner tone="danger" title={`The run failed at step ${whole(run.step)}.`}>
        {run.error ?? 'No reason was recorded; see the log.'}{' '}
        <strong>{last ? `Nothing up to step ${whole(last.step)} is lost.` : ''}</strong>
      </Banner>
      <Ways run={run} />
      <Card
        title="Details"
        note="for a bug report"
        action={
          <CopyButton text={() => `${detailsOf(run, info.data?.version)}\n\n${logText(log.slice(-40))}`}>
            Copy
          </CopyButton>
        }
      >
        <LogLines lines={log.slice(-8)} />
      </Card>
      <p className="pl-caption">Kept: {counted(run.checkpoints.length, 'checkpoint')}, the metrics and the log.</p>
    </>
  );
}
