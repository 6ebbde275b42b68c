/** Dataset formats: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { alpacaEval } from './alpaca-eval.ts';
import { alpacaRanking } from './alpaca-ranking.ts';
import { anthropicHh } from './anthropic-hh.ts';
import { arenaVotes } from './arena-votes.ts';
import { argilla } from './argilla.ts';
import { columns } from './columns.ts';
import { messages, plainText, promptCompletion, promptOnly } from './demonstrations.ts';
import type { Format, RecordValue, Sniffed } from './format.ts';
import { helpsteer2, helpsteer3 } from './helpsteer.ts';
import { helpsteerRatings } from './helpsteer-ratings.ts';
import { hhScored } from './hh-scored.ts';
import { instructionPreference } from './instruction-preference.ts';
import { labelledOutputs, prometheus, safeRlhf } from './judged-sets.ts';
import { kto } from './kto.ts';
import { labelStudio } from './label-studio.ts';
import { llmComparatorImport } from './llm-comparator.ts';
import { llmbar } from './llmbar.ts';
import { mtBench } from './mt-bench.ts';
import { mtBenchQuestions } from './mt-bench-questions.ts';
import { markedTargets, multipleChoice } from './multiple-choice.ts';
import {
  acceptedRejected,
  alpaca,
  alpacaKto,
  argillaUltrafeedback,
  beaverTails,
  chosenResponses,
  helpsteer3Edit,
  helpsteer3EditQuality,
  inputPreference,
  instructionResponse,
  nemo,
  openaiPreference,
  persona,
  promptResponse,
  questionAnswer,
  questionPreference,
  stackExchange,
  swiftQuery,
  systemPreference,
  trajectoryPreference,
  truthfulQa,
} from './named-tables.ts';
import { oasst } from './oasst.ts';
import { oasstMessages } from './oasst-messages.ts';
import { pandalm, pandalmTraining } from './pandalm.ts';
import { rankedColumns } from './ranked-columns.ts';
import { nectar, nemoRanked, scoredResponses, stackExchangeRanked, ultrafeedbackRanked } from './ranked-objects.ts';
import { selfInstruct } from './self-instruct.ts';
import { severalAnswers } from './several-answers.ts';
import { sharegpt, sharegptMessages, sharegptSingular, sharegptTagged } from './sharegpt.ts';
import { shp } from './shp.ts';
import { summarizeAxes } from './summarize-axes.ts';
import { summarizeComparisons } from './summarize-comparisons.ts';
import { swiftMessages, swiftResponse } from './swift-messages.ts';
import { trlImplicit } from './trl-implicit.ts';
import { trlPreference } from './trl-preference.ts';
import { truthfulQaAnswers } from './truthfulqa-answers.ts';
import { ultrafeedback } from './ultrafeedback.ts';
import { webgpt, webgptLists, webgptTexts } from './webgpt.ts';

export const formats = registry<Format>('format', [
  ultrafeedback,
  ultrafeedbackRanked,
  argillaUltrafeedback,
  anthropicHh,
  hhScored,
  nectar,
  instructionPreference,
  sharegpt,
  sharegptTagged,
  sharegptMessages,
  sharegptSingular,
  oasst,
  oasstMessages,
  summarizeComparisons,
  summarizeAxes,
  shp,
  webgpt,
  webgptTexts,
  webgptLists,
  helpsteer2,
  helpsteer3,
  helpsteer3Edit,
  helpsteer3EditQuality,
  helpsteerRatings,
  pandalm,
  pandalmTraining,
  alpacaEval,
  llmbar,
  labelledOutputs,
  prometheus,
  safeRlhf,
  mtBench,
  arenaVotes,
  llmComparatorImport,
  argilla,
  labelStudio,
  persona,
  nemo,
  nemoRanked,
  openaiPreference,
  trajectoryPreference,
  scoredResponses,
  questionPreference,
  inputPreference,
  chosenResponses,
  systemPreference,
  acceptedRejected,
  swiftQuery,
  swiftResponse,
  swiftMessages,
  stackExchange,
  stackExchangeRanked,
  truthfulQa,
  truthfulQaAnswers,
  multipleChoice,
  markedTargets,
  severalAnswers,
  trlPreference,
  trlImplicit,
  alpacaRanking,
  rankedColumns,
  kto,
  beaverTails,
  promptCompletion,
  selfInstruct,
  messages,
  plainText,
  alpacaKto,
  alpaca,
  instructionResponse,
  promptResponse,
  questionAnswer,
  mtBenchQuestions,
  promptOnly,
  columns,
]);

/** Formats that could read these records, best first. */
export function rankFormats(records: readonly RecordValue[]): { format: Format; sniffed: Sniffed }[] {
  return formats.all
    .map((format) => ({ format, sniffed: format.sniff(records) }))
    .filter(({ sniffed }) => sniffed.score > 0.1)
    .sort((a, b) => b.sniffed.score - a.sniffed.score);
}
