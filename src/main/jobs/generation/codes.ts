/** A model of the shelf whose matrices are 8- or 4-bit codes: made when it is first asked for, with what the codes change measured. */
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { generationForm, quantisedBytes, quantiseModel } from '../../engine/models/quantise-model.ts';
import {
  BUILT_IN_TEXTS,
  predict,
  type QuantisationReport,
  quantisationReport,
} from '../../evaluate/quantisation-report.ts';
import type { LoadedModel } from '../../train/load-model.ts';

export type CodeBits = 8 | 4;

export interface ModelInCodes {
  readonly model: LanguageModel;
  readonly change: QuantisationReport;
}

/** Codes, and once more as the runtime multiplies with them. */
export const codeBytes = (model: LanguageModel, bits: CodeBits): number =>
  2 * quantisedBytes(model, generationForm(bits));

export async function inCodes({ model, tokenizer }: LoadedModel, bits: CodeBits): Promise<ModelInCodes> {
  const { context } = model.config;
  const texts = BUILT_IN_TEXTS.map((text) => tokenizer.encode(text).ids.slice(0, context));
  const exact = await predict(model, texts);
  const quantised = quantiseModel(model, generationForm(bits));
  return { model: quantised, change: await quantisationReport(exact, quantised) };
}
