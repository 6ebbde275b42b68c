/** One training run of any method; its model, and the weights of its checkpoints, are what other cells need it for. */
import { join } from 'node:path';
import { z } from 'zod';
import { labelsBought } from '../../train/annotators/labels-bought.ts';
import { defineKind } from '../cell.ts';
import { runMethod } from '../run-method.ts';

const spec = z.object({
  method: z.string(),
  /** The method's own options. */
  config: z.record(z.string(), z.unknown()),
});

const report = z.object({
  accuracy: z.number(),
  ece: z.number(),
  accuracyShorterChosen: z.number().nullable(),
  accuracyLongerChosen: z.number().nullable(),
  lengthCorrelation: z.number().nullable(),
});

const trained = z.object({
  steps: z.int(),
  /** Pairs that an annotator was asked about; 0 for methods that ask nobody. */
  labels: z.int(),
  /** Metrics of the last step. */
  last: z.record(z.string(), z.number().nullable()),
  /** Reward model on held-out pairs. */
  reward_report: report.optional(),
});

/** The folder of the trained model within the cell's; `model/checkpoint-STEP` of earlier ones. */
export const MODEL = 'model';

export const train = defineKind({
  id: 'train',
  spec,
  result: trained,
  async run({ method, config }, context) {
    const document = await runMethod(method, config, join(context.folder, MODEL), context);
    return trained.parse({
      steps: document.steps.length,
      labels: labelsBought(document.steps.map(({ metrics }) => metrics)),
      last: document.steps.at(-1)?.metrics ?? {},
      reward_report: (document as { reward_report?: unknown }).reward_report,
    });
  },
});
