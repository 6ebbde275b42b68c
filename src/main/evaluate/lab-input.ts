/** The exact lab's input document: a response space with the conditionals of reference and policy, and the strengths to answer for. */
import { z } from 'zod';
import { exactOptimum, type LogProbabilities, policyGap } from './exact-optimum.ts';

/** A response space that can be listed has at most so many sequences. */
const MOST_SEQUENCES = 1_000_000;

const conditionals = z.record(z.string(), z.array(z.number().min(0).max(1)));
const labDocument = z.object({
  symbols: z.int().min(1).max(10),
  max_length: z.int().min(1),
  sequences: z.array(z.string()).min(1).max(MOST_SEQUENCES),
  ref_conditionals: conditionals,
  policy_conditionals: conditionals.optional(),
  rewards: z.array(z.number()),
  betas: z.array(z.number().positive()).min(1),
});
export type LabDocument = z.output<typeof labDocument>;

/** An input that does not describe a response space: what is wrong and where. */
export class LabInputError extends Error {
  readonly code = 'bad_input';
  readonly exitCode = 3;
}

/** Probabilities of a node may miss 1 by this much (numbers with six decimals). */
const SUM_TOLERANCE = 1e-4;

/** JSON has no infinity: such numbers become null, and their names stand in `non_finite`. */
function jsonSafe<T extends object>(numbers: T): T & { readonly non_finite?: readonly string[] } {
  const bad = Object.entries(numbers).filter(([, value]) => typeof value === 'number' && !Number.isFinite(value));
  if (bad.length === 0) return numbers;
  const names = bad.map(([name]) => name);
  return { ...numbers, ...Object.fromEntries(names.map((name) => [name, null])), non_finite: names };
}

/** One result a beta, under the names of the exact answers: Z, π*, J*, and the policy's distance where one is given. */
export function labResults(document: unknown) {
  const input = parseInput(document);
  const reference = sequenceLogs(input, 'ref_conditionals', input.ref_conditionals);
  const policy = input.policy_conditionals && sequenceLogs(input, 'policy_conditionals', input.policy_conditionals);
  return input.betas.map((beta) => {
    const { best, ...optimum } = exactOptimum(reference, input.rewards, beta);
    return {
      beta,
      ...jsonSafe(optimum),
      best_sequence: input.sequences[best],
      ...(policy ? { policy: jsonSafe(policyGap(policy, reference, input.rewards, beta)) } : {}),
    };
  });
}

function parseInput(document: unknown): LabDocument {
  const parsed = labDocument.safeParse(document);
  if (!parsed.success)
    throw new LabInputError(parsed.error.issues.map((i) => `${i.path.join('.') || 'input'}: ${i.message}`).join('; '));
  const input = parsed.data;
  if (input.rewards.length !== input.sequences.length)
    throw new LabInputError(`"rewards" has ${input.rewards.length} entries for ${input.sequences.length} sequences`);
  if (new Set(input.sequences).size !== input.sequences.length)
    throw new LabInputError('"sequences" holds a sequence twice');
  for (const sequence of input.sequences)
    if (sequence.length > input.max_length || [...sequence].some((digit) => !(Number(digit) < input.symbols)))
      throw new LabInputError(
        `sequence "${sequence}": expected at most ${input.max_length} digits below ${input.symbols}`,
      );
  return input;
}

/** ln P of each sequence: the product of its conditionals, and of ending unless it has the greatest length. */
function sequenceLogs(
  { symbols, max_length, sequences }: LabDocument,
  name: string,
  table: Readonly<Record<string, readonly number[]>>,
): LogProbabilities {
  const nodeAt = (prefix: string): readonly number[] => {
    const node = table[prefix];
    if (!node || node.length !== symbols + 1)
      throw new LabInputError(
        `${name}["${prefix}"] must hold ${symbols + 1} probabilities (each symbol, then the end), found ${node ? node.length : 'none'}`,
      );
    const total = node.reduce((a, b) => a + b, 0);
    if (Math.abs(total - 1) > SUM_TOLERANCE)
      throw new LabInputError(`${name}["${prefix}"] adds up to ${total}, expected 1`);
    return node;
  };
  return Float64Array.from(sequences, (sequence) => {
    let log = 0;
    for (let i = 0; i < sequence.length; i++) log += Math.log(nodeAt(sequence.slice(0, i))[Number(sequence[i])]);
    return sequence.length === max_length ? log : log + Math.log(nodeAt(sequence)[symbols]);
  });
}
