/** An import at work, or why it failed: rows read so far, and a way to stop it that leaves nothing behind. */
import { Button } from '@mantine/core';
import { bytes, counted, percent } from '../../../charts/numbers.ts';
import { Content } from '../../components/content.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { forgetJob, type useImportJob } from './import-job.ts';

type Job = ReturnType<typeof useImportJob.getState>['job'];

export function ImportRunning({ job }: { job: Job }) {
  if (job.state === 'failed')
    return (
      <Content label="Import failed">
        <Banner
          tone="danger"
          title="Nothing was imported."
          actions={<Button onClick={forgetJob}>Back to format and columns</Button>}
        >
          {job.error.message}
        </Banner>
      </Content>
    );
  if (job.state !== 'running') return null;
  const { progress } = job;
  const share = progress && progress.bytesTotal > 0 ? Math.min(1, progress.bytesRead / progress.bytesTotal) : 0;
  return (
    <Content label="Import in progress">
      <div className="pl-card pl-form-card">
        <h2>Importing {job.name}</h2>
        <Bar large value={share} of={1} label={`Import of ${job.name}`} />
        <p className="pl-2" role="status">
          {progress
            ? `${counted(progress.rows, 'row')} read, ${percent(share, 0)} of ${bytes(progress.bytesTotal)}`
            : 'Beginning'}
        </p>
        <div>
          <Button onClick={job.cancel}>Cancel import</Button>
        </div>
        <p className="pl-caption">Cancelled or interrupted, nothing is half imported.</p>
      </div>
    </Content>
  );
}
