/** Dataset formats: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { anthropicHh } from './anthropic-hh.ts';
import { columns } from './columns.ts';
import { messages, plainText, promptCompletion, promptOnly } from './demonstrations.ts';
import type { Format, RecordValue, Sniffed } from './format.ts';
import { instructionPreference } from './instruction-preference.ts';
import { kto } from './kto.ts';
import { multipleChoice } from './multiple-choice.ts';
import { alpaca, questionPreference, stackExchange, truthfulQa } from './named-tables.ts';
import { oasst } from './oasst.ts';
import { sharegpt } from './sharegpt.ts';
import { trlImplicit } from './trl-implicit.ts';
import { trlPreference } from './trl-preference.ts';
import { ultrafeedback } from './ultrafeedback.ts';

export const formats = registry<Format>('format', [
  ultrafeedback,
  anthropicHh,
  instructionPreference,
  sharegpt,
  oasst,
  questionPreference,
  stackExchange,
  truthfulQa,
  multipleChoice,
  trlPreference,
  trlImplicit,
  kto,
  promptCompletion,
  messages,
  plainText,
  alpaca,
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
