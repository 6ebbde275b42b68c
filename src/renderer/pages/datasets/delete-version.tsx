/** The question before one version is deleted: which runs used it. */
import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary, LineageNode } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { useAction } from '../../host.ts';
import { rowsCounted } from './chat-text.ts';

export interface DeleteVersionProps {
  readonly dataset: DatasetSummary;
  readonly node: LineageNode & { readonly id: string };
  readonly onClose: () => void;
}

export function DeleteVersion({ dataset, node: { id, number, rows, runs }, onClose }: DeleteVersionProps) {
  const remove = useAction('versions.remove', ['datasets.list', 'versions.lineage']);
  return (
    <Confirm
      title={`Delete v${number} of ${dataset.name}?`}
      act="Delete version"
      keep="Keep"
      onAct={() => remove.mutateAsync({ versionId: id, evenIfUsed: true })}
      onClose={onClose}
    >
      {rowsCounted(dataset.kind, rows ?? 0)} go with their quality report and edits that wait; this cannot be undone.
      Versions made from it keep their rows, but their recipe cannot be repeated.{' '}
      {runs.length > 0 &&
        `${counted(runs.length, 'run')} used it (${runs.slice(0, 3).join(', ')}): ${runs.length === 1 ? 'its' : 'their'} numbers stay, the data cannot be looked at any more.`}
    </Confirm>
  );
}
