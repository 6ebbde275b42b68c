/** The button that keeps the filtered rows as a version. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopyPlus } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { DerivedVersion, PairQuery } from '../../../preload/contract/index.ts';
import { useDeriveJob } from './derive-job.ts';

export interface FilteredVersionProps {
  readonly versionId: string;
  readonly query: PairQuery;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

/** The rows keep their order: a version is not sorted. */
export function FilteredVersion({ versionId, query, onMade }: FilteredVersionProps) {
  const job = useDeriveJob(onMade);
  const { error } = job;
  useEffect(() => {
    if (error) notifications.show({ message: `No version was made: ${error.message}` });
  }, [error]);
  const make = () => job.derive({ operation: 'filter', params: { query }, parents: [versionId] });
  return (
    <Button leftSection={<IconCopyPlus />} loading={job.running} onClick={make}>
      Make version
    </Button>
  );
}
