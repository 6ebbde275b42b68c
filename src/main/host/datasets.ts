/** Contract namespace `datasets`: import with preview, lists, pages of pairs, reports. */
import type { StoredPair } from '../../preload/contract/datasets.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { importFile, previewImport } from '../data/datasets/import.ts';
import { importAndSplit } from '../data/datasets/import-and-split.ts';
import { lineOf } from '../data/datasets/pair-lines.ts';
import { removeWithVersions } from '../data/datasets/remove.ts';
import { wideAsText } from '../data/records/exact-json.ts';
import { findMapping } from '../data/store/column-mappings.ts';
import { listDatasets } from '../data/store/datasets.ts';
import { countPairs, pairsAt, readPairs } from '../data/store/pairs.ts';
import { getImportReport, getVersion } from '../data/store/versions.ts';
import { seldom } from './seldom.ts';
import type { Handlers, HostServices } from './services.ts';
import { withoutPaths } from './without-path.ts';

const versionGone = () => new RpcError('not_found', 'This dataset version does not exist any more.');

/** The page reads JSON as every page does: numbers that it would round go as text. */
const shown = (pair: StoredPair): StoredPair => ({
  ...pair,
  metadata: wideAsText(pair.metadata) as StoredPair['metadata'],
});

export const datasetsHandlers = ({ store, files, matches }: HostServices): Handlers<'datasets'> => {
  return {
    'datasets.list': () => listDatasets(store),
    'datasets.preview'({ fileId, ...options }) {
      const { path, name } = files.get(fileId);
      return withoutPaths({ [path]: name }, async () => {
        const recall = (signature: string) => findMapping(store, signature);
        const preview = await previewImport(path, { ...options, recall }, name);
        return { ...preview, rows: preview.rows.map(shown) };
      });
    },
    'datasets.import'({ fileId, split, ...options }, { emit, signal }) {
      const file = files.get(fileId);
      const onProgress = seldom(emit);
      const job = { ...options, sourceName: file.name, onProgress, signal };
      return withoutPaths({ [file.path]: file.name }, () =>
        split ? importAndSplit(store, file.path, job, split) : importFile(store, file.path, job),
      );
    },
    'datasets.pairs'({ versionId, offset, limit }) {
      if (!getVersion(store, versionId)) throw versionGone();
      return { total: countPairs(store, versionId), rows: readPairs(store, versionId, offset, limit).map(shown) };
    },
    'datasets.pairLines'({ versionId, offset, limit, query }) {
      if (!getVersion(store, versionId)) throw versionGone();
      const page = matches.page(versionId, query, offset, limit);
      return {
        total: page.total,
        rows: Array.from(pairsAt(store, versionId, page.numbers), (pair) => lineOf(pair, query?.search)),
      };
    },
    'datasets.report': ({ id }) => getImportReport(store, id),
    'datasets.remove'({ id, evenIfUsed }) {
      removeWithVersions(store, id, { evenIfUsed });
      return { ok: true };
    },
  };
};
