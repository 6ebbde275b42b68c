/** The job that makes a quality report: reads files that the host laid out, writes nothing; the report and its rows are the result. */
import { type QualitySettings, qualityReport } from '../../../preload/contract/dataset-quality.ts';
import type { DatasetKind, StoredPair } from '../../../preload/contract/datasets.ts';
import { type Measured, measureQuality } from '../../data/quality/measure.ts';
import { openRowFile, type PromptRow, type QualitySource } from '../../data/quality/source.ts';
import { openTokenizer } from '../../train/load-model.ts';
import type { JobContext, JobKind } from '../kind.ts';

export const QUALITY_JOB = 'dataset_quality';

/** Row numbers as base64 of int32: a million of them are one string. */
type Encoded = Readonly<Record<string, string>>;

const encode = (rows: Measured['rows']): Encoded =>
  Object.fromEntries(
    [...rows].map(([check, { buffer, byteOffset, byteLength }]) => [
      check,
      Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64'),
    ]),
  );

/** The result of the job as it was measured. */
export function decodeQuality(result: unknown): Measured {
  const { report, rows } = result as { readonly report: unknown; readonly rows: Encoded };
  const decoded = Object.entries(rows).map(([check, text]): [string, Int32Array] => [
    check,
    new Int32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer),
  ]);
  return { report: qualityReport.parse(report), rows: new Map(decoded) };
}

/** Progress as events; a line of the log says what is being done. */
function createPulse(context: JobContext) {
  let told = '';
  return async (done: number, total: number, what: string): Promise<void> => {
    if (what !== told) context.emit({ type: 'log', line: { at: new Date().toISOString(), level: 'info', text: what } });
    told = what;
    context.emit({ type: 'progress', step: done, maxSteps: total, secondsLeft: null });
    await context.breathe();
  };
}

/** What the host laid out: the version's rows in a file, and the prompts of each version that it is held against. */
export interface QualityJobConfig extends Readonly<Record<string, unknown>> {
  readonly settings: QualitySettings;
  /** Folder of the model whose tokenizer counts. */
  readonly modelPath: string | null;
  readonly name: string;
  readonly kind: DatasetKind;
  readonly count: number;
  readonly path: string;
  readonly others: readonly { readonly name: string; readonly path: string }[];
}

export const datasetQuality: JobKind = {
  id: QUALITY_JOB,
  async run({ config }, context) {
    const { settings, modelPath, name, kind, count, path, others } = config as QualityJobConfig;
    const file = openRowFile<StoredPair>(path);
    const prompts = others.map((other) => ({ name: other.name, file: openRowFile<PromptRow>(other.path) }));
    try {
      const source: QualitySource = {
        name,
        kind,
        count,
        rows: file.rows,
        rowAt: file.rowAt,
        others: prompts.map((other) => ({ name: other.name, rows: other.file.rows })),
      };
      const tokenizer = modelPath === null ? null : openTokenizer(modelPath).tokenizer;
      const { report, rows } = await measureQuality(source, settings, { tokenizer, pulse: createPulse(context) });
      return { report, rows: encode(rows) };
    } finally {
      for (const each of [file, ...prompts.map((other) => other.file)]) each.close();
    }
  },
};
