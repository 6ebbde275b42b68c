/** Keys and tokens of services. */

import { patternCheck } from '../by-patterns.ts';
import type { QualityCheck } from '../check.ts';
import { SECRETS } from '../patterns.ts';

export const secrets: QualityCheck = {
  id: 'secrets',
  title: 'Secret patterns',
  start: () => patternCheck(SECRETS, 'Private keys and tokens of services'),
};
