/** What follows a finished import: its dataset opens, or a message where the user is elsewhere by now. */
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { counted, whole } from '../../../charts/numbers.ts';
import { forgetJob, useImportJob } from './import-job.ts';

/** Mounted once, over every page. */
export function ImportListener(): null {
  const [location, navigate] = useLocation();
  const { job } = useImportJob();
  useEffect(() => {
    if (job.state !== 'done') return;
    const { dataset, datasetId, version, refusedTotal, rowsAccepted } = job.report;
    forgetJob();
    if (location === '/datasets/import') return navigate(`/datasets/${datasetId}`);
    const message = `${dataset} v${version}: ${counted(rowsAccepted, 'row')} imported, ${whole(refusedTotal)} refused.`;
    notifications.show({ message });
  }, [job, location, navigate]);
  return null;
}
