/** Numbers of one prompt of the exact lab: where a policy's mass lies, what DPO's loss sees of a pair, and each line from reward to policy. Nats, float64. */
import type { LabRun, LabView, LabWorld } from '../../../preload/contract/lab.ts';
import { RpcError } from '../../../preload/contract/rpc.ts';
import { distanceMeter, exactOptimum, type LogProbabilities } from '../../evaluate/exact-optimum.ts';
import { RESPONSES, responseText } from '../../tasks/enumerable.ts';
import { displacementOf } from '../diagnostics/displacement.ts';
import { type LabRecord, readLab, stepOfLook } from './record.ts';
import { labRewards } from './reward.ts';

/** Answers by their place in the list of all. */
export interface PlacedPair {
  readonly chosen: number;
  readonly rejected: number;
}

/** Everything that is known of a prompt before anything is trained. */
export interface LabSpace {
  /** ln π_ref, normalised. */
  readonly reference: LogProbabilities;
  readonly rewards: ArrayLike<number>;
  readonly beta: number;
  readonly pairs: readonly PlacedPair[];
  /** The one that is looked at. */
  readonly pair: PlacedPair;
}

export type Place = 'chosen' | 'rejected' | 'elsewhere';

/** Where each answer of the pairs stands: chosen when it won more often than it lost, else rejected. Answers of no pair are not in it. */
export function placesOf(pairs: readonly PlacedPair[]): ReadonlyMap<number, Place> {
  const balance = new Map<number, number>();
  for (const { chosen, rejected } of pairs) {
    balance.set(chosen, (balance.get(chosen) ?? 0) + 1);
    balance.set(rejected, (balance.get(rejected) ?? 0) - 1);
  }
  return new Map([...balance].map(([answer, wins]) => [answer, wins > 0 ? 'chosen' : 'rejected'] as const));
}

/** Σ π(y) over the answers of each place; `elsewhere` is what is left of 1. */
export function massOf(policy: LogProbabilities, places: ReadonlyMap<number, Place>) {
  let [chosen, rejected] = [0, 0];
  for (const [answer, place] of places) {
    if (place === 'chosen') chosen += Math.exp(policy[answer]);
    else rejected += Math.exp(policy[answer]);
  }
  return { chosen, rejected, elsewhere: Math.max(0, 1 - chosen - rejected) };
}

/** ln(1 + exp(−x)) = −ln σ(x), without overflow. */
const negativeLogSigmoid = (x: number): number => Math.max(0, -x) + Math.log1p(Math.exp(-Math.abs(x)));

/** DPO's loss of one pair, line by line (2305.18290, eq. 7). */
export function pairNumbers(policy: LogProbabilities, { reference, beta, pair }: LabSpace) {
  const [logChosen, logRejected] = [policy[pair.chosen], policy[pair.rejected]];
  const rewardChosen = beta * (logChosen - reference[pair.chosen]);
  const rewardRejected = beta * (logRejected - reference[pair.rejected]);
  const margin = rewardChosen - rewardRejected;
  const loss = negativeLogSigmoid(margin);
  return { logChosen, logRejected, rewardChosen, rewardRejected, margin, sigma: Math.exp(-loss), loss };
}

const logsOf = (policy: LogProbabilities, pairs: readonly PlacedPair[]) => ({
  chosen: pairs.map(({ chosen }) => policy[chosen]),
  rejected: pairs.map(({ rejected }) => policy[rejected]),
});

/** Measures policies against the exact optimum and the pairs. */
export function policyDescriber(space: LabSpace) {
  const { reference, rewards, beta, pairs, pair } = space;
  const distanceOf = distanceMeter(reference, rewards, beta);
  const [places, placesOfPair] = [placesOf(pairs), placesOf([pair])];
  const start = logsOf(reference, pairs);
  return (policy: LogProbabilities) => {
    const found = distanceOf(policy);
    const moved = displacementOf(start, logsOf(policy, pairs));
    return {
      mass: massOf(policy, places),
      pairMass: massOf(policy, placesOfPair),
      outside: found.ood_mass,
      meanReward: found.mean_reward,
      kl: found.kl_policy_ref,
      J: found.J,
      gap: found.gap,
      betaKl: found.beta_kl_policy_star,
      chosenBelow: moved['displacement/chosen_below_start'],
      bothFall: moved['displacement/both_fall'],
      pair: pairNumbers(policy, space),
    };
  };
}

/** The closed form (eq. 4) and the reward read back from it (eq. 5), for both answers of the pair. */
export function describeOptimum({ reference, rewards, beta, pair }: LabSpace) {
  const { logZ, Z, J_star, kl_star_ref, mean_reward_star, mean_reward_ref, pi_star } = exactOptimum(
    reference,
    rewards,
    beta,
  );
  const side = (answer: number) => {
    const logOptimum = reference[answer] + rewards[answer] / beta - logZ;
    return {
      reward: rewards[answer],
      logReference: reference[answer],
      logOptimum,
      rewardFromOptimum: beta * (logOptimum - reference[answer]) + beta * logZ,
    };
  };
  return {
    exact: {
      logZ,
      Z: Number.isFinite(Z) ? Z : null,
      JStar: J_star,
      klStar: kl_star_ref,
      meanRewardStar: mean_reward_star,
      meanRewardReference: mean_reward_ref,
    },
    star: pi_star.map(Math.log),
    chosen: side(pair.chosen),
    rejected: side(pair.rejected),
  };
}

/** Of the optimum's answers so many are listed, and of those that gained. */
const LISTED = 6;

/** Answers worth a line: those of the pairs, the likeliest of the optimum, and for each policy those that gained most and are in no pair. */
export function answersToList(
  star: LogProbabilities,
  policies: readonly LogProbabilities[],
  { reference, pairs }: LabSpace,
): number[] {
  const places = placesOf(pairs);
  const all = Array.from(reference, (_, i) => i);
  const top = (worth: (answer: number) => number, of: readonly number[]) =>
    [...of].sort((a, b) => worth(b) - worth(a)).slice(0, LISTED);
  const outside = all.filter((answer) => !places.has(answer));
  const gained = policies.flatMap((policy) =>
    top((answer) => Math.exp(policy[answer]) - Math.exp(reference[answer]), outside),
  );
  const found = new Set([...places.keys(), ...top((answer) => star[answer], all), ...gained]);
  return [...found].sort((a, b) => star[b] - star[a]);
}

/** The looks of the prompt that was asked for last: a slider asks for them again and again. */
let held: { readonly name: string; readonly looks: readonly (readonly Float64Array[])[] } | undefined;

function heldLooks(folder: string, prompt: number, record: LabRecord) {
  const name = JSON.stringify([folder, prompt, record.written()]);
  if (held?.name !== name) held = { name, looks: record.setting.methods.map(({ id }) => record.looksOf(id, prompt)) };
  return held.looks;
}

interface Wanted {
  readonly prompt: number;
  readonly pair: number;
  readonly world?: LabWorld;
}

/** All numbers of a run's prompt and pair; null as long as its job has not listed the answers. Throws RpcError for a prompt or pair that is none. */
export function labView(folder: string, run: LabRun, { prompt, pair, world = run.options }: Wanted): LabView | null {
  const record = readLab(folder);
  if (!record) return null;
  const { prompts, methods, every, steps } = record.setting;
  const pairs = prompt < prompts.length ? record.pairsOf(prompt) : [];
  if (pair >= pairs.length)
    throw new RpcError(
      'invalid_input',
      `the run has ${prompts.length} prompts with ${run.options.pairs} pairs each: there is no pair ${pair} of prompt ${prompt}`,
    );
  const looks = heldLooks(folder, prompt, record);
  // every method starts from the reference, and the first one's start is looked at first
  const reference = looks[0]?.[0];
  if (!reference) return null;
  const rewards = labRewards(prompts[prompt], world);
  const space: LabSpace = { reference, rewards, beta: world.beta, pairs, pair: pairs[pair] };
  const { exact, star, chosen, rejected } = describeOptimum(space);
  const describe = policyDescriber(space);
  const textOf = (answer: number): string => responseText(RESPONSES[answer]);
  const places = placesOf(pairs);
  const ends = looks.flatMap((each) => each.slice(-1));
  return {
    run,
    world: { beta: world.beta, scale: world.scale, points: world.points },
    answers: RESPONSES.length,
    prompts,
    prompt,
    pairs: pairs.map((each) => ({ chosen: textOf(each.chosen), rejected: textOf(each.rejected) })),
    pair,
    exact,
    chosen: { text: textOf(space.pair.chosen), ...chosen },
    rejected: { text: textOf(space.pair.rejected), ...rejected },
    reference: describe(reference),
    optimum: describe(star),
    methods: methods.map(({ id, title }, m) => ({
      method: id,
      title,
      looks: looks[m].map((policy, i) => ({
        step: stepOfLook({ every, steps }, i),
        ...describe(policy),
      })),
    })),
    table: answersToList(star, ends, space).map((answer) => ({
      text: textOf(answer),
      place: places.get(answer) ?? 'elsewhere',
      reward: rewards[answer],
      reference: Math.exp(reference[answer]),
      optimum: Math.exp(star[answer]),
      methods: looks.map((each) => each.map((policy) => Math.exp(policy[answer]))),
    })),
  };
}
