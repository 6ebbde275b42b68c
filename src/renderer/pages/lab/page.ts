/** Lab in the registry of pages. */
import { IconMathFunction } from '@tabler/icons-react';
import type { Page } from '../page.ts';
import { LabPage } from './lab.tsx';

export const labPage: Page = {
  id: 'lab',
  title: 'Lab',
  path: '/lab',
  under: ['/lab'],
  icon: IconMathFunction,
  key: 'L',
  routes: [['/lab/:run?', LabPage]],
};
