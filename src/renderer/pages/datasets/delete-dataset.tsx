/** The question before a dataset is deleted: what goes, what stays. */

import { counted } from '../../../charts/numbers.ts';
import type { DatasetSummary } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { useAction, useCall } from '../../host.ts';
import { rowsCounted } from './chat-text.ts';

export interface DeleteDatasetProps {
  readonly dataset: DatasetSummary;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export function DeleteDataset({ dataset, onDeleted, onClose }: DeleteDatasetProps) {
  const remove = useAction('datasets.remove', ['datasets.list']);
  const uses = useCall('versions.uses', { datasetId: dataset.id }, { fresh: true });
  const trained = new Set(uses.data?.map(({ runId }) => runId)).size;
  const all = dataset.versions.reduce((sum, version) => sum + version.rows, 0);
  return (
    <Confirm
      title={`Delete ${dataset.name}?`}
      act="Delete dataset"
      keep="Keep"
      onAct={() => remove.mutateAsync({ id: dataset.id, evenIfUsed: true }).then(onDeleted)}
      onClose={onClose}
    >
      {rowsCounted(dataset.kind, all)} in {counted(dataset.versions.length, 'version')} and the import report go; this
      cannot be undone. {dataset.source} itself stays where it is.{' '}
      {trained > 0 && `${counted(trained, 'run')} used it and will keep ${trained === 1 ? 'its' : 'their'} numbers.`}
    </Confirm>
  );
}
