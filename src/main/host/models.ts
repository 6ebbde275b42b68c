/** Contract namespace `models`: the registry, a model's page, template and lint, and the ways in and out. */

import { RpcError } from '../../preload/contract/rpc.ts';
import { lintDataset } from './lint-dataset.ts';
import { dependentsOf, keptBecause } from './model-dependents.ts';
import { modelDetail } from './model-detail.ts';
import { exportFound } from './model-export.ts';
import { importFound } from './model-import.ts';
import { findModel, listSummaries } from './model-list.ts';
import { createOpenTokenizers } from './open-tokenizers.ts';
import { renameModel } from './rename-model.ts';
import type { Handlers, HostServices } from './services.ts';
import { previewConversation } from './template-preview.ts';
import { withoutPaths } from './without-path.ts';

export const modelsHandlers = (services: HostServices): Handlers<'models'> => {
  const { store, workspace } = services;
  const tokenizers = createOpenTokenizers();
  const find = (id: string) => findModel(store, workspace, id);
  return {
    'models.list': () => listSummaries(store, workspace),
    'models.get': ({ id }) => modelDetail(store, workspace, tokenizers, find(id)),
    'models.preview'({ id, messages, maxLength }) {
      const { folder, stored } = find(id);
      return withoutPaths({ [folder]: stored.name }, async () =>
        previewConversation(messages, { ...tokenizers.open(folder), maxLength }),
      );
    },
    'models.lint': (request, { emit, signal }) => lintDataset(services, find(request.id), request, { emit, signal }),
    'models.import': (request, { emit, signal }) => importFound(services, request, { emit, signal }),
    'models.export': (request, { emit, signal }) => exportFound(services, find(request.id), request, { emit, signal }),
    'models.rename'({ id, name }) {
      const { stored, row } = find(id);
      if (!row) throw new RpcError('invalid_input', `${stored.name} comes with the program and keeps its name.`);
      renameModel(store, row, name);
      return { name: findModel(store, workspace, id).stored.name };
    },
    'models.remove'({ id }) {
      const { stored, folder, row } = find(id);
      if (!row) throw new RpcError('invalid_input', 'This model comes with the program and stays.');
      const why = keptBecause(dependentsOf(store, workspace, stored.name, folder));
      if (why !== null) throw new RpcError('in_use', `${stored.name} stays: ${why}`);
      services.removedModels.remove(row);
      return { ok: true };
    },
    'models.restore'({ id }) {
      services.removedModels.restore(id);
      return { ok: true };
    },
  };
};
