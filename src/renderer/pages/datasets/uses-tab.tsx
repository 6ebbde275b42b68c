/** Runs that pin a version of a dataset: which one, and as what. */
import { Link } from 'wouter';
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';

/** What a key of a config uses the rows for. */
const PURPOSES: Readonly<Record<string, string>> = {
  dataset: 'training',
  eval_dataset: 'evaluation',
  offline_dataset: 'offline share',
};

export function UsesTab({ dataset }: { dataset: DatasetSummary }) {
  const uses = useCall('versions.uses', { datasetId: dataset.id }, { fresh: true });
  if (uses.isError)
    return <ErrorState error={uses.error} what="The runs could not be read" onRetry={() => uses.refetch()} />;
  if (!uses.data) return <SkeletonLines count={6} />;
  if (uses.data.length === 0)
    return (
      <EmptyState title="No run has used this dataset yet.">
        A run keeps the version it was made with, and its rows, whatever is imported later.
      </EmptyState>
    );
  return (
    <Content label="Runs on this dataset">
      <table className="pl-table">
        <thead>
          <tr>
            <th>Run</th>
            <th>Status</th>
            <th>Version</th>
            <th>Used for</th>
            <th>Content</th>
          </tr>
        </thead>
        <tbody>
          {uses.data.map((use) => (
            <tr key={`${use.runId} ${use.key}`}>
              <td>
                <Link className="pl-link" href={`/runs/${use.runId}`}>
                  {use.run}
                </Link>
              </td>
              <td>{use.status}</td>
              <td>v{use.number}</td>
              <td>{PURPOSES[use.key] ?? use.key}</td>
              <td className="pl-mono">{use.contentHash.slice(0, 12)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Content>
  );
}
