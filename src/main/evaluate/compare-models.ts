/** Two or more models answer the same prompts, a judge says which answers are better, and the statistics say how sure that is. */
import { SingularMatrix } from '../base/linear-algebra.ts';
import { createRandom } from '../base/random.ts';
import { type Estimate, mean } from '../base/statistics.ts';
import { bestOfNKl } from '../base/statistics-overoptimisation.ts';
import { bradleyTerry, davidson } from '../base/statistics-ranking.ts';
import type { TextOrChat } from '../data/examples.ts';
import type { Task } from '../tasks/task.ts';
import { type Answerer, answerPrompts, klToReference, type SampleOptions, sameTokens } from './answers.ts';
import { bestAnswers } from './best-of-n.ts';
import type { Judge, JudgedAnswer } from './judges/judge.ts';
import { answerLimit } from './task-samples.ts';
import { countVerdicts, lengthControlledRate, winMinusLoss } from './win-rate.ts';

export interface Contestant {
  readonly name: string;
  readonly answerer: Answerer;
  /** Answers a prompt n times and keeps the one that `picker` scores highest. */
  readonly bestOf?: { readonly n: number; readonly picker: Judge };
}

export interface CompareOptions extends Omit<SampleOptions, 'onProgress'> {
  readonly prompts: readonly TextOrChat[];
  readonly task?: Task;
  /** Longest answer in tokens where no task has a limit. */
  readonly maxNewTokens: number;
  readonly judge: Judge;
  /** What KL is measured to; models that read other tokens get none. */
  readonly reference?: Answerer;
  onProgress?(done: number, total: number, what: string): void;
}

/** What is said of one model. Shares are 0 … 1; null = not measured. */
export interface ModelReport {
  readonly name: string;
  /** 1–5, by the judge. */
  readonly quality: number | null;
  /** Mean score by the judge. */
  readonly score: number | null;
  /** Mean tokens, end token not counted. */
  readonly length: number;
  /** Nats a whole answer, to the reference, at the temperature of sampling. */
  readonly kl: number | null;
  readonly end_rate: number;
  readonly off_grammar: number | null;
  readonly best_of_n?: { readonly n: number; readonly kl_upper_bound: number };
}

export interface PairReport {
  readonly n: number;
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
  readonly win_rate: number;
  readonly interval: [number, number];
  /** Win − loss with its 95% interval over prompts. */
  readonly win_minus_loss: Estimate;
  readonly length_controlled_win_rate: number;
}

interface Entry {
  readonly contestant: Contestant;
  readonly answers: readonly JudgedAnswer[];
}

export const promptText = (prompt: TextOrChat): string =>
  typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');

/** Comparisons of all pairs, first against second, in the order of the contestants. */
export async function compareModels(contestants: readonly Contestant[], options: CompareOptions) {
  if (options.prompts.length === 0) throw new RangeError('a comparison needs prompts');
  const entries: Entry[] = [];
  for (const contestant of contestants)
    entries.push({ contestant, answers: await answersOf(contestant, entries.length, options) });
  const reports: ModelReport[] = [];
  for (const entry of entries) reports.push(await describe(entry, options));
  const pairs: { a: number; b: number; report: PairReport }[] = [];
  for (let a = 0; a < entries.length; a++)
    for (let b = a + 1; b < entries.length; b++)
      pairs.push({ a, b, report: await comparePair(entries[a].answers, entries[b].answers, options.judge) });
  return { reports, pairs };
}

async function answersOf(contestant: Contestant, place: number, options: CompareOptions): Promise<JudgedAnswer[]> {
  const { answerer, bestOf, name } = contestant;
  const { prompts, onProgress } = options;
  const draw = (round: number): Promise<JudgedAnswer[]> =>
    drawAnswers(answerer, prompts, round === 0 ? place : `${place}:${round}`, {
      ...options,
      onProgress: (done, total) => onProgress?.(round * total + done, total * (bestOf?.n ?? 1), name),
    });
  if (!bestOf) return draw(0);
  const rounds: JudgedAnswer[][] = [];
  for (let round = 0; round < bestOf.n; round++) rounds.push(await draw(round));
  return bestAnswers(rounds, bestOf.picker);
}

export interface DrawOptions extends SampleOptions {
  readonly task?: Task;
  /** Longest answer in tokens where no task has a limit. */
  readonly maxNewTokens: number;
}

/** One answer a prompt by one of several models; each draws from a stream of its own (`place`): equal models are not equal answers. */
export async function drawAnswers(
  answerer: Answerer,
  prompts: readonly TextOrChat[],
  place: number | string,
  options: DrawOptions,
): Promise<JudgedAnswer[]> {
  const limit = options.task ? answerLimit(options.task, answerer.tokenizer) : options.maxNewTokens;
  const found = await answerPrompts(answerer, prompts, limit, { ...options, seed: `${options.seed}:${place}` });
  return found.map((answer, i) => ({ ...answer, prompt: promptText(prompts[i]) }));
}

async function describe({ contestant, answers }: Entry, options: CompareOptions): Promise<ModelReport> {
  const { judge, task } = options;
  const qualities = (await judge.quality(answers)).filter((quality) => quality !== null);
  const { bestOf, name } = contestant;
  return {
    name,
    quality: qualities.length === 0 ? null : mean(qualities),
    score: judge.score ? mean(await judge.score(answers)) : null,
    length: mean(answers.map(({ tokens }) => tokens)),
    // the best of n is no sample of the model: its own KL cannot be read off, only bounded
    kl: bestOf ? null : await klOf(contestant.answerer, answers, options),
    end_rate: mean(answers.map(({ ended }) => (ended ? 1 : 0))),
    off_grammar: task
      ? mean(
          answers.map(({ prompt, completion, ended }) =>
            task.onGrammar(prompt, completion.trim(), { ended }) ? 0 : 1,
          ),
        )
      : null,
    ...(bestOf ? { best_of_n: { n: bestOf.n, kl_upper_bound: bestOfNKl(bestOf.n) } } : {}),
  };
}

async function klOf(
  { model, tokenizer }: Answerer,
  answers: readonly JudgedAnswer[],
  { reference, temperature, threads }: CompareOptions,
): Promise<number | null> {
  if (!reference || !sameTokens({ model, tokenizer }, reference)) return null;
  return klToReference(model, reference.model, answers, { temperature, threads });
}

async function comparePair(a: readonly JudgedAnswer[], b: readonly JudgedAnswer[], judge: Judge): Promise<PairReport> {
  const points = await judge.compare(a, b);
  const { n, win, tie, loss, winRate, interval } = countVerdicts(points);
  return {
    n,
    win,
    tie,
    loss,
    win_rate: winRate,
    interval,
    win_minus_loss: winMinusLoss(points),
    length_controlled_win_rate: lengthControlledRate(
      points,
      a.map(({ tokens }, i) => tokens - b[i].tokens),
    ),
  };
}

/** Bradley–Terry strengths, with ties where there are any (Davidson 1970), the sum 0; a reason instead where one group never lost. */
export function rankModels(names: readonly string[], pairs: readonly { a: number; b: number; report: PairReport }[]) {
  const table = () => names.map(() => new Array<number>(names.length).fill(0));
  const [wins, ties] = [table(), table()];
  for (const { a, b, report } of pairs) {
    wins[a][b] += report.win;
    wins[b][a] += report.loss;
    ties[a][b] += report.tie;
    ties[b][a] += report.tie;
  }
  const method = ties.flat().some((count) => count > 0) ? 'davidson' : 'bradley_terry';
  try {
    const { sumIsZero, tie } = method === 'davidson' ? davidson(wins, ties) : bradleyTerry(wins);
    const rows = names.map((name, i) => ({ name, strength: sumIsZero.strengths[i], se: sumIsZero.se[i] }));
    return { method, models: rows.sort((x, y) => y.strength - x.strength), log_nu: tie?.value ?? null };
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof SingularMatrix)) throw error;
    return { method, models: null, reason: error.message };
  }
}

/** Distinct prompts of a task for a comparison: of the split that no training sees. */
export const comparisonPrompts = (task: Task, n: number, seed: number): string[] => task.prompts('held-out', n, seed);

/** `n` of many prompts, in a seeded order. */
export const choosePrompts = <T>(prompts: readonly T[], n: number, seed: number): T[] =>
  prompts.length <= n ? [...prompts] : createRandom(`${seed}:prompts`).shuffle(prompts).slice(0, n);
