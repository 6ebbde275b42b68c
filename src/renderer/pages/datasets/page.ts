/** Datasets, the import wizard and the page of one dataset in the registry of pages. */
import { IconDatabase, IconUpload } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { DatasetPage } from './dataset.tsx';
import { DatasetsPage } from './datasets.tsx';
import { ImportPage } from './import.tsx';

export const datasetsPage: Page = {
  id: 'datasets',
  title: 'Datasets',
  path: '/datasets',
  under: ['/datasets'],
  icon: IconDatabase,
  key: 'D',
  routes: [
    ['/datasets', DatasetsPage],
    ['/datasets/import', ImportPage],
    ['/datasets/:id/:tab?', DatasetPage],
  ],
  actions: [{ id: 'import', title: 'Import a dataset', hint: '', icon: IconUpload, path: '/datasets/import' }],
};
