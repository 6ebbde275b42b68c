/** Rate in the registry of pages. */
import { IconScale } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { RatePage } from './rate.tsx';

export const ratePage: Page = {
  id: 'rate',
  title: 'Rate',
  path: '/rate',
  under: ['/rate'],
  icon: IconScale,
  key: 'R',
  routes: [['/rate/:run?', RatePage]],
};
