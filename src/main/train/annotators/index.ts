/** Annotators of online DPO by id: one entry each. */
import { registry } from '../../base/registry.ts';
import type { AnnotatorKind } from './annotator.ts';
import { human } from './human.ts';
import { llmJudge } from './llm-judge.ts';
import { gold, rewardFunction, rewardModel } from './scored.ts';

export const annotators = registry<AnnotatorKind>('annotator', [gold, rewardModel, rewardFunction, llmJudge, human]);
