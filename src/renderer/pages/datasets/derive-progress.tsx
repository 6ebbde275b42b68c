/** How far a version is that is being made, or why it was not. */
import { Button } from '@mantine/core';
import { whole } from '../../../charts/numbers.ts';
import { Bar } from '../../components/figures.tsx';
import type { DeriveJob } from './derive-job.ts';

export function DeriveProgress({ job, what }: { job: DeriveJob; what: string }) {
  const { running, progress, error } = job;
  if (error)
    return (
      <p className="pl-danger" role="alert">
        {error.message}
      </p>
    );
  if (!running) return null;
  return (
    <div className="pl-row" role="status">
      <div className="pl-grow">
        <Bar value={progress?.done ?? 0} of={progress?.total ?? 0} label={what} />
      </div>
      <span className="pl-caption pl-nowrap">
        {progress ? `${whole(progress.done)} of ${whole(progress.total)} rows` : 'starting'}
      </span>
      <Button variant="subtle" onClick={job.cancel}>
        Cancel
      </Button>
    </div>
  );
}
