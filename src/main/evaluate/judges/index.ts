/** Judges by id: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { gold } from './gold.ts';
import type { JudgeDefinition } from './judge.ts';
import { length } from './length.ts';
import { llm } from './llm.ts';
import { rewardModel } from './reward-model.ts';

export const judges = registry<JudgeDefinition>('judge', [gold, rewardModel, llm, length]);
