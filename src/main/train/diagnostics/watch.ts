/** What the evaluation of a method that learns from fixed answers looks at besides its loss: displacement, fresh answers, probes, tokens. */
import { mean, sum } from '../../base/statistics.ts';
import type { PairTokens, TokenRow } from '../../data/batches.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import type { CommonOptions } from '../config.ts';
import type { LoadedModel } from '../load-model.ts';
import type { TrainControl } from '../method.ts';
import { displacementOf, type PairSums } from './displacement.ts';
import { openFreshAnswers } from './fresh-answers.ts';
import { type DiagnosticOptions, defined, diagnosticRows } from './options.ts';
import { type DiagnosticRecord, diagnosticRecord } from './record.ts';

export interface Watched {
  readonly loaded: LoadedModel;
  readonly options: Omit<CommonOptions, 'dataset'> & DiagnosticOptions;
  readonly outputDir: string;
  readonly control: TrainControl;
  /** Every answer that is learnt from, good or bad. */
  readonly data: readonly TokenRow[];
  /** Held-out answers that are wanted. */
  readonly held: readonly TokenRow[];
  /** Of methods that learn from pairs: `held` with what it was preferred to. */
  readonly pairs?: readonly PairTokens[];
  /** π_ref, made when it is needed; absent where a method has none. */
  reference?(): LanguageModel;
  /** Of the implicit reward; 1 where a method has none. */
  readonly beta?: number;
}

export interface Watch {
  /** Metrics of an evaluation; `sums` are ln π of the held-out pairs, which the evaluation has computed anyway. */
  evaluate(step: number, sums?: PairSums): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export async function openWatch(watched: Watched): Promise<Watch> {
  const { options, held, outputDir } = watched;
  const record = diagnosticRecord(outputDir, 'data');
  const shown = held.filter(({ start }) => start > 0).slice(0, diagnosticRows(options, held.length));
  const looks = options.eval_strategy !== 'no' && shown.length > 0;
  const fresh = looks ? await openFreshAnswers(watched, shown, record) : undefined;
  return {
    async evaluate(step, sums) {
      record.begin(step);
      return defined({
        ...(sums ? sinceStart(record, step, sums) : {}),
        ...(await fresh?.evaluate(step)),
      });
    },
    close: async () => fresh?.close(),
  };
}

/** Displacement against the first evaluation, which comes before the first step. */
function sinceStart(record: DiagnosticRecord, step: number, sums: PairSums): Record<string, number> {
  const kind = 'pair_sums';
  if (step === 0)
    record.keep(0, kind, { chosen: [...Array.from(sums.chosen)], rejected: [...Array.from(sums.rejected)] });
  const start = record.of(kind).at(0);
  // a run of an earlier version of this program may have none
  return start ? displacementOf(start.value as PairSums, sums) : {};
}

/** ln π of the scored tokens of a row, from next-token log-probabilities. */
export const answerSum = ({ start }: TokenRow, logps: Float64Array): number => sum(logps, Math.max(0, start - 1));

/** Mean of ln π over the policy's own answers minus that over the data's, nats an answer: far above 0, the policy prefers what the data has not. */
export const ownMinusData = (own: readonly number[], data: readonly number[]): number => mean(own) - mean(data);
