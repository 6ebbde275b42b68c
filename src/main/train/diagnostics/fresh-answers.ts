/** Fresh answers of the policy to held-out prompts, at temperature 1, and everything that is read off them and off the data's own answers. */
import { createRandom } from '../../base/random.ts';
import type { TokenRow } from '../../data/batches.ts';
import { Decoder } from '../../engine/generation/decoder.ts';
import { type Completion, generate } from '../../engine/generation/generate.ts';
import { createScorer, type Scorer } from '../../evaluate/scoring.ts';
import { type FreshAnswer, knownGrams, noveltyOf, shapeOf } from './answers.ts';
import { movedMass } from './displacement.ts';
import { tokenRewards } from './implicit-reward.ts';
import { klPanel } from './kl-panel.ts';
import { openProbes } from './probes.ts';
import type { DiagnosticRecord } from './record.ts';
import { openTokenMass } from './token-mass.ts';
import { answerSum, ownMinusData, type Watched } from './watch.ts';

/** Answers whose tokens are kept one by one. */
const KEPT_ANSWERS = 4;
/** Tokens of the table of those that gained and of those that lost most. */
const TABLE = 8;

export interface FreshAnswers {
  evaluate(step: number): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export async function openFreshAnswers(
  watched: Watched,
  shown: readonly TokenRow[],
  record: DiagnosticRecord,
): Promise<FreshAnswers> {
  const { loaded, options, control, data } = watched;
  const { model, tokenizer, eosIds } = loaded;
  const { threads } = control;
  const prompts = shown.map(({ ids, start }) => ids.slice(0, start));
  const longestPrompt = Math.max(...prompts.map(({ length }) => length));
  const maxNewTokens = Math.min(options.sample_max_new_tokens, model.config.context - longestPrompt);
  const probes = openProbes(loaded, options.probes, prompts);
  const lengths = [...shown, ...(watched.pairs ?? []).flatMap((p) => [p.chosen, p.rejected])].map(
    ({ ids }) => ids.length,
  );
  const maxPositions = Math.max(longestPrompt + Math.max(1, maxNewTokens), probes.longest, ...lengths);
  const decoder =
    maxNewTokens > 0 ? await Decoder.create(model, { weights: 'live', maxPositions, threads }) : undefined;
  const policy = await createScorer(model, { weights: 'live', maxPositions, threads });
  const referenceModel = watched.reference?.();
  const reference = referenceModel && (await createScorer(referenceModel, { weights: 'live', maxPositions, threads }));
  const padId = model.config.padId ?? tokenizer.padId ?? 0;
  const mass = await openTokenMass(model, shown, { padId, threads });
  const known = knownGrams(data.map(({ ids, start }) => ids.slice(start)));

  const fresh = async (): Promise<Record<string, number>> => {
    if (!decoder) return {};
    const found = await generate(decoder, prompts, {
      maxNewTokens,
      eosIds,
      // the same draws at every evaluation: what changes is the policy
      random: createRandom(`${options.seed}:diagnostics`),
    });
    const answers: FreshAnswer[] = found.map(({ ids, endId }) => ({ ids, ended: endId !== null }));
    const own = found.map(({ logps }) => logps.reduce((a, b) => a + b, 0));
    const theirs = (await policy.score(shown.map(({ ids }) => ids))).map((logps, i) => answerSum(shown[i], logps));
    return {
      ...shapeOf(answers),
      ...noveltyOf(answers, known),
      'ood/own_minus_data': ownMinusData(own, theirs),
      ...(reference ? klPanel(...(await bothLogps(policy, reference, prompts, found))) : {}),
    };
  };

  const moved = async (step: number): Promise<Record<string, number>> => {
    const kind = 'next_token';
    const now = await mass.read();
    if (step === 0) record.keep(0, kind, [...now]);
    const start = record.of(kind).at(0)?.value as readonly number[] | undefined;
    if (!start) return {};
    const of = (rows: readonly TokenRow[]) => rows.flatMap(({ ids, start: from }) => ids.slice(from));
    const rejected = (watched.pairs ?? []).map((pair) => pair.rejected);
    const table = movedMass(start, now, new Set([...of(shown), ...of(rejected)]), TABLE);
    const words = (tokens: typeof table.gained) =>
      tokens.map(({ id, mass: gain }) => ({ token: tokenizer.decode([id]), id, mass: gain }));
    record.keep(step, 'moved_mass', { gained: words(table.gained), lost: words(table.lost) });
    return { 'displacement/mass_moved': table.moved, 'displacement/mass_to_others': table.toOthers };
  };

  return {
    async evaluate(step) {
      if (reference) record.keep(step, 'token_rewards', await tokenRecord(watched, shown, policy, reference));
      return { ...(await fresh()), ...(await probes.read(policy)), ...(await moved(step)) };
    },
    async close() {
      for (const part of [decoder, policy, reference, mass]) await part?.close();
    },
  };
}

/** ln π and ln π_ref of each token of the answers, the end token included. */
async function bothLogps(
  policy: Scorer,
  reference: Scorer,
  prompts: readonly (readonly number[])[],
  answers: readonly Completion[],
): Promise<[Float64Array[], Float64Array[]]> {
  const rows = answers.map(({ ids, endId }, i) => [...prompts[i], ...ids, ...(endId === null ? [] : [endId])]);
  const ofAnswer = async (scorer: Scorer) =>
    (await scorer.score(rows)).map((logps, i) => logps.subarray(Math.max(0, prompts[i].length - 1)));
  return [await ofAnswer(policy), await ofAnswer(reference)];
}

/** Implicit reward of the first answers, token by token: chosen beside rejected where there are pairs. */
async function tokenRecord(watched: Watched, shown: readonly TokenRow[], policy: Scorer, reference: Scorer) {
  const { loaded, pairs, beta = 1 } = watched;
  const sides: readonly Readonly<Record<string, TokenRow>>[] = pairs
    ? pairs.slice(0, KEPT_ANSWERS).map(({ chosen, rejected }) => ({ chosen, rejected }))
    : shown.slice(0, KEPT_ANSWERS).map((answer) => ({ answer }));
  const of = async (row: TokenRow) => {
    const [[now], [start]] = [await policy.score([row.ids]), await reference.score([row.ids])];
    const from = Math.max(0, row.start - 1);
    const rewards = tokenRewards(now.subarray(from), start.subarray(from), beta);
    return {
      tokens: row.ids.slice(from + 1).map((id) => loaded.tokenizer.decode([id])),
      rewards,
      sum: rewards.reduce((a, b) => a + b, 0),
    };
  };
  const kept: Record<string, unknown>[] = [];
  for (const each of sides) {
    const found: Record<string, unknown> = {};
    for (const [side, row] of Object.entries(each)) found[side] = await of(row);
    kept.push(found);
  }
  return kept;
}
