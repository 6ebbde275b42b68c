/** Compare in the registry of pages. */
import { IconChartDots } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { ComparePage } from './compare.tsx';

export const comparePage: Page = {
  id: 'compare',
  title: 'Compare',
  path: '/compare',
  under: ['/compare'],
  icon: IconChartDots,
  key: 'C',
  routes: [['/compare', ComparePage]],
};
