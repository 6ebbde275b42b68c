/** Methods that the exact lab trains and measures: one entry here for each. */
import { registry } from '../../base/registry.ts';
import { exactGradient } from './exact-gradient.ts';
import type { LabMethod } from './lab-method.ts';
import { offlineDpo } from './offline-dpo.ts';
import { onlineDpoDrawn, onlineDpoSoft } from './online-dpo.ts';
import { ppoInLab, rlooInLab } from './policy-gradient.ts';

export const labMethods = registry<LabMethod>('method of the lab', [
  exactGradient,
  ppoInLab,
  rlooInLab,
  onlineDpoSoft,
  onlineDpoDrawn,
  offlineDpo,
]);
