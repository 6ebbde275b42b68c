/** Studies of `plumb reproduce`: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { Study } from '../study.ts';
import { frontier } from './frontier.ts';
import { lab } from './lab.ts';
import { lengthBias } from './length-bias.ts';
import { oaif } from './oaif/index.ts';
import { ood } from './ood.ts';
import { overoptimisation } from './overoptimisation.ts';
import { razin } from './razin.ts';

export const studies = registry<Study>('study', [oaif, frontier, overoptimisation, ood, lengthBias, razin, lab]);
