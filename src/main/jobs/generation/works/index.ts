/** What the generation process can do: one file each, one line here. */
import { registry } from '../../../base/registry.ts';
import type { Work } from '../work.ts';
import { force } from './force.ts';
import { probes } from './probes.ts';
import { prompt } from './prompt.ts';
import { read } from './read.ts';
import { rewards } from './rewards.ts';
import { run } from './run.ts';

export const works = registry<Work>('work', [prompt, run, read, force, probes, rewards]);
