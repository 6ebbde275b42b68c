/** Studies of `plumb reproduce`: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { Study } from '../study.ts';
import { oaif } from './oaif/index.ts';

export const studies = registry<Study>('study', [oaif]);
