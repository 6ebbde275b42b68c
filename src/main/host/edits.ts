/** Contract namespace `edits`: verdicts that a person changed; they wait until they become one version. */
import { RpcError } from '../../preload/contract/rpc.ts';
import { deriveVersions } from '../data/datasets/derive.ts';
import { requireVersion } from '../data/datasets/find.ts';
import { clearPendingEdits, listPendingEdits, setPendingEdit } from '../data/store/pending-edits.ts';
import type { Handlers, HostServices } from './services.ts';
import { rowProgress } from './versions.ts';

export const editsHandlers = ({ store }: HostServices): Handlers<'edits'> => ({
  'edits.list': ({ versionId }) => listPendingEdits(store, versionId),
  'edits.set'({ versionId, index, verdict }) {
    const { dataset, version } = requireVersion(store, versionId);
    if (dataset.kind !== 'preference')
      throw new RpcError('invalid_input', `"${dataset.name}" holds ${dataset.kind}: only pairs have a verdict.`);
    if (index >= version.rows)
      throw new RpcError(
        'invalid_input',
        `${dataset.name}@${version.number} has ${version.rows} rows, no row ${index}.`,
      );
    setPendingEdit(store, versionId, index, verdict);
    return { ok: true };
  },
  'edits.discard'({ versionId }) {
    clearPendingEdits(store, versionId, listPendingEdits(store, versionId));
    return { ok: true };
  },
  async 'edits.save'({ versionId }, { emit, signal }) {
    const found = requireVersion(store, versionId);
    const edits = listPendingEdits(store, versionId);
    if (edits.length === 0) throw new RpcError('invalid_input', 'No edits wait to become a version.');
    const request = { operation: 'edit', params: { edits } };
    const [made] = await deriveVersions(store, [found], request, { signal, onProgress: rowProgress(emit) });
    clearPendingEdits(store, versionId, edits);
    return made;
  },
});
