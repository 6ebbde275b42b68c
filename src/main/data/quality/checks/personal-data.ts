/** E-mail addresses, phone and card numbers. */

import { patternCheck } from '../by-patterns.ts';
import type { QualityCheck } from '../check.ts';
import { PERSONAL } from '../patterns.ts';

export const personalData: QualityCheck = {
  id: 'personal-data',
  title: 'Personal data',
  start: () => patternCheck(PERSONAL, 'E-mail addresses, phone numbers, card numbers'),
};
