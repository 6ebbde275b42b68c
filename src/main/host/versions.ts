/** Contract namespace `versions`: how versions are made, what differs between two, who used them. */
import { z } from 'zod';
import { deriveVersions, repeatDerivation } from '../data/datasets/derive.ts';
import { diffVersions } from '../data/datasets/diff.ts';
import { requireVersion } from '../data/datasets/find.ts';
import { lineageOf } from '../data/datasets/lineage.ts';
import { operations } from '../data/datasets/operations/index.ts';
import { removeOneVersion } from '../data/datasets/remove.ts';
import { facetsOf } from '../data/store/pair-facets.ts';
import { usesOfDataset } from '../data/store/run-data.ts';
import { seldom } from './seldom.ts';
import type { Handlers, HostServices } from './services.ts';
import { exportFoundVersion, formatsOf } from './version-export.ts';

/** Progress of an operation as the stream's events. */
export function rowProgress(emit: (event: { done: number; total: number }) => void) {
  const tell = seldom(emit);
  return (done: number, total: number): void => tell({ done, total });
}

export const versionsHandlers = (services: HostServices): Handlers<'versions'> => {
  const { store, matches } = services;
  return {
    'versions.operations': () =>
      operations.all.map(({ id, title, summary, several, params }) => ({
        id,
        title,
        summary,
        several,
        params: z.toJSONSchema(params, { io: 'input' }) as Record<string, unknown>,
      })),
    'versions.derive'({ operation, params, parents, names }, { emit, signal }) {
      const found = parents.map((id) => requireVersion(store, id));
      return deriveVersions(store, found, { operation, params, names }, { signal, onProgress: rowProgress(emit) });
    },
    'versions.lineage': ({ datasetId }) => lineageOf(store, datasetId),
    'versions.diff'({ before, after, limit }, { emit, signal }) {
      const [old, now] = [requireVersion(store, before), requireVersion(store, after)];
      return diffVersions(store, old, now, { limit, signal, onProgress: rowProgress(emit) });
    },
    'versions.repeat': ({ versionId }, { emit, signal }) =>
      repeatDerivation(store, requireVersion(store, versionId), { signal, onProgress: rowProgress(emit) }),
    'versions.uses': ({ datasetId }) => usesOfDataset(store, datasetId),
    'versions.remove'({ versionId, evenIfUsed }) {
      removeOneVersion(store, versionId, { evenIfUsed });
      return { ok: true };
    },
    'versions.facets'({ versionId }) {
      requireVersion(store, versionId);
      return facetsOf(matches.columns(versionId));
    },
    'versions.formats': ({ versionId }) => formatsOf(services, versionId),
    'versions.export': (request, { emit, signal }) =>
      exportFoundVersion(services, request, { tell: rowProgress(emit), signal }),
  };
};
