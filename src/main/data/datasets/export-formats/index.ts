/** Export formats: one file each, one line here. */
import { registry } from '../../../base/registry.ts';
import { csv } from './csv.ts';
import type { ExportFormat } from './export-format.ts';
import { hh } from './hh.ts';
import { kto } from './kto.ts';
import { llmComparator } from './llm-comparator.ts';
import { parquet } from './parquet.ts';
import { sharegpt } from './sharegpt.ts';
import { trl, trlConversational } from './trl.ts';

export const exportFormats = registry<ExportFormat>('export format', [
  trl,
  trlConversational,
  hh,
  sharegpt,
  kto,
  csv,
  parquet,
  llmComparator,
]);
