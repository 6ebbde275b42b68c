/** Datasets, the import wizard and the pair table in the registry of pages. */
import { IconDatabase } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { DatasetsPage } from './datasets.tsx';

export const datasetsPage: Page = {
  id: 'datasets',
  title: 'Datasets',
  path: '/datasets',
  under: ['/datasets'],
  icon: IconDatabase,
  key: 'D',
  routes: [['/datasets', DatasetsPage]],
};
