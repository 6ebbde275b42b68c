/** Dataset formats: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import { anthropicHh } from './anthropic-hh.ts';
import { columns } from './columns.ts';
import { messages, plainText, promptCompletion, promptOnly } from './demonstrations.ts';
import type { Format, RecordValue, Sniffed } from './format.ts';
import { instructionPreference } from './instruction-preference.ts';
import { kto } from './kto.ts';
import { trlImplicit } from './trl-implicit.ts';
import { trlPreference } from './trl-preference.ts';
import { ultrafeedback } from './ultrafeedback.ts';

export const formats = registry<Format>('format', [
  ultrafeedback,
  anthropicHh,
  instructionPreference,
  trlPreference,
  trlImplicit,
  kto,
  promptCompletion,
  messages,
  plainText,
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
