/** Rate in the registry of pages. */
import { IconScale } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { NewQueuePage } from './new-queue.tsx';
import { QueuePage } from './queue.tsx';
import { RatePage } from './rate.tsx';

export const ratePage: Page = {
  id: 'rate',
  title: 'Rate',
  path: '/rate',
  under: ['/rate'],
  icon: IconScale,
  key: 'R',
  routes: [
    ['/rate/new', NewQueuePage],
    ['/rate/queue/:queue', QueuePage],
    ['/rate/:run?', RatePage],
  ],
};
