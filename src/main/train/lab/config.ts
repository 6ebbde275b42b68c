/** The config of a lab run and of Razin's example, as they stand in the record of runs. */
import { z } from 'zod';
import { labOptions } from '../../../preload/contract/lab.ts';

/** Looks at each policy besides the start. */
const LOOKS = 30;

export const labConfig = labOptions.extend({ method: z.literal('lab'), model: z.string() });
export type LabConfig = z.output<typeof labConfig>;

export const lookEvery = (steps: number): number => Math.max(1, Math.round(steps / LOOKS));

/** The built-in reference of the task whose answers can be listed. */
export const LAB_REFERENCE = 'enumerable-reference';
