/** Contract: the registry of models in the workspace. */
import { z } from 'zod';

export const modelSummary = z.object({
  id: z.string(),
  name: z.string(),
  family: z.string(),
  parameters: z.number(),
  bytes: z.number(),
  vocabulary: z.int(),
  layers: z.int(),
  hidden: z.int(),
  context: z.int(),
  /** "imported", "built-in", or the run that made it. */
  origin: z.string(),
  runId: z.string().nullable(),
  parent: z.string().nullable(),
  createdAt: z.string(),
});
export type ModelSummary = z.infer<typeof modelSummary>;
