/** The dialog that leaves out what the quality report found: which findings, and how many rows go. */
import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, DerivedVersion, QualityReport, VersionSummary } from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { useCall } from '../../host.ts';
import { rowsCounted } from './chat-text.ts';
import { useDeriveJob } from './derive-job.ts';
import { DeriveProgress } from './derive-progress.tsx';

export interface CleanVersionProps {
  readonly dataset: DatasetSummary;
  readonly version: VersionSummary;
  readonly report: QualityReport;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
  readonly onClose: () => void;
}

/** What is left out unless the user says otherwise: what carries no signal, or says something twice. */
const CHOSEN = ['identical-answers', 'empty-answers', 'exact-duplicates', 'near-duplicates', 'contradictions', 'ties'];

export function CleanVersion({ dataset, version, report, onMade, onClose }: CleanVersionProps) {
  const found = report.findings.filter(({ count }) => count > 0);
  const [checks, setChecks] = useState(found.map(({ id }) => id).filter((id) => CHOSEN.includes(id)));
  const job = useDeriveJob(onMade);
  const union = useCall('quality.rowsOf', { versionId: version.id, checks }, { keep: true, fresh: true });
  const dropped = checks.length === 0 ? 0 : union.data?.rows;
  const left = dropped === undefined ? undefined : version.rows - dropped;
  const make = () => job.derive({ operation: 'filter', params: { drop_checks: checks }, parents: [version.id] });
  return (
    <Dialog onClose={onClose} title={`Clean version of ${dataset.name} v${version.number}`} size={520}>
      <div className="pl-new-version">
        <p className="pl-2">Rows of the findings chosen here are left out. This version stays as it is.</p>
        {found.map(({ id, title, count }) => (
          <Checkbox
            key={id}
            label={`${title}, ${rowsCounted(dataset.kind, count)}`}
            checked={checks.includes(id)}
            onChange={(event) => {
              const on = event.currentTarget.checked;
              setChecks((was) => (on ? [...was, id] : was.filter((each) => each !== id)));
            }}
          />
        ))}
        <p role="status">
          {left !== undefined &&
            dropped !== undefined &&
            `${whole(dropped)} go, ${rowsCounted(dataset.kind, left)} stay.`}
        </p>
        <DeriveProgress job={job} what="Clean version" />
        <div className="pl-row pl-ends">
          <Button onClick={onClose}>Keep all</Button>
          <Button
            variant="filled"
            onClick={make}
            loading={job.running}
            disabled={dropped === undefined || dropped === 0 || left === 0}
          >
            Make version
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
