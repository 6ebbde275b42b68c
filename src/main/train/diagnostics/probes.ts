/** Probe strings: how likely answers are that nobody wants, followed over training. */
import { mean, sum } from '../../base/statistics.ts';
import type { Scorer } from '../../evaluate/scoring.ts';
import type { LoadedModel } from '../load-model.ts';

/** Prompts that each probe is put behind. */
const PROMPTS = 8;
const NAME_LENGTH = 40;

/** Metric of a probe: its text, as far as it fits. */
export const probeName = (probe: string): string =>
  `probes/${probe.trim().replaceAll('/', '∕').replaceAll(/\s+/g, ' ').slice(0, NAME_LENGTH)}`;

export interface Probes {
  /** Longest row, for whoever opens the scorer. */
  readonly longest: number;
  /** Mean over prompts of ln π(probe and its end token | prompt), nats an answer. */
  read(scorer: Scorer): Promise<Record<string, number>>;
}

/** A probe as an answer: its own tokens and the end token. */
export const probeIds = ({ tokenizer, eosIds }: Pick<LoadedModel, 'tokenizer' | 'eosIds'>, probe: string): number[] => [
  ...tokenizer.encode(probe, { addSpecialTokens: false }).ids,
  ...eosIds.slice(0, 1),
];

export function openProbes(
  loaded: Pick<LoadedModel, 'tokenizer' | 'eosIds' | 'model'>,
  probes: readonly string[],
  prompts: readonly (readonly number[])[],
): Probes {
  const answers = probes.map((probe) => probeIds(loaded, probe));
  const room = loaded.model.config.context - Math.max(0, ...answers.map(({ length }) => length));
  const behind = prompts.filter(({ length }) => length <= room).slice(0, PROMPTS);
  const rows = answers.flatMap((answer) => behind.map((prompt) => [...prompt, ...answer]));
  return {
    longest: Math.max(0, ...rows.map(({ length }) => length)),
    async read(scorer) {
      if (rows.length === 0) return {};
      const found = await scorer.score(rows);
      return Object.fromEntries(
        probes.map((probe, p) => [
          probeName(probe),
          // entry t of a row belongs to token t + 1
          mean(behind.map((prompt, i) => sum(found[p * behind.length + i], Math.max(0, prompt.length - 1)))),
        ]),
      );
    },
  };
}
