/** Experiments, the new-run wizard and a run in the registry of pages. */
import { IconFlask, IconPlus } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { RunPage } from '../run/run.tsx';
import { ExperimentsPage } from './experiments.tsx';
import { NewRunPage } from './new-run.tsx';

export const experimentsPage: Page = {
  id: 'experiments',
  title: 'Experiments',
  path: '/experiments',
  under: ['/experiments', '/runs'],
  icon: IconFlask,
  key: 'E',
  routes: [
    ['/experiments', ExperimentsPage],
    ['/experiments/new', NewRunPage],
    ['/runs/:id', RunPage],
  ],
  actions: [{ id: 'new-run', title: 'New run', hint: '', icon: IconPlus, path: '/experiments/new' }],
};
