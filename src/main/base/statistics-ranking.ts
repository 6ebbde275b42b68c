/** Strengths of several models from their comparisons: Bradley–Terry, and with ties Davidson and Rao–Kupper, by Newton's method. */
import { inverse, minimise, type Quadratic } from './linear-algebra.ts';

/** Log-strengths with their standard errors (inverse observed information). */
export interface Strengths {
  readonly strengths: readonly number[];
  readonly se: readonly number[];
}

export interface Ranking {
  /** The first model's strength is 0. */
  readonly firstIsZero: Strengths;
  /** The strengths add up to 0. */
  readonly sumIsZero: Strengths;
  /** Of strengths 2 … K, then of the tie parameter where there is one. */
  readonly covariance: readonly (readonly number[])[];
  readonly logLikelihood: number;
  /** ln ν (Davidson) or ln θ (Rao–Kupper) and its standard error. */
  readonly tie?: { readonly value: number; readonly se: number };
}

/** ln P of an outcome with its derivatives by the difference d of log-strengths and by the tie parameter t. */
interface Outcome {
  readonly value: number;
  readonly d: number;
  readonly t: number;
  readonly dd: number;
  readonly dt: number;
  readonly tt: number;
}

interface TieModel {
  /** Where the tie parameter starts; undefined when the model knows no ties. */
  readonly start?: number;
  win(d: number, t: number): Outcome;
  tie(d: number, t: number): Outcome;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

/** ln σ(d − t) as an outcome. */
function logistic(d: number, t: number): Outcome {
  const x = d - t;
  const slope = sigmoid(-x);
  const bend = -sigmoid(x) * slope;
  return { value: logSigmoid(x), d: slope, t: -slope, dd: bend, dt: -bend, tt: bend };
}

/** The other side's view: d with the opposite sign. */
const mirrored = (o: Outcome): Outcome => ({ ...o, d: -o.d, dt: -o.dt });

const sumOf = (a: Outcome, b: Outcome): Outcome => ({
  value: a.value + b.value,
  d: a.d + b.d,
  t: a.t + b.t,
  dd: a.dd + b.dd,
  dt: a.dt + b.dt,
  tt: a.tt + b.tt,
});

/** Bradley & Terry 1952; a tie is half a win for both, which is counted before. */
const plain: TieModel = {
  win: (d) => ({ ...logistic(d, 0), t: 0, dt: 0, tt: 0 }),
  tie: () => {
    throw new Error('ties are counted as half wins first');
  },
};

/** Davidson 1970: P(win) : P(tie) : P(loss) = e^{d/2} : ν : e^{−d/2}, t = ln ν. */
const davidsonModel: TieModel = {
  start: -0.5,
  win: (d, t) => davidsonOutcome(d, t, { value: d / 2, d: 0.5, t: 0 }),
  tie: (d, t) => davidsonOutcome(d, t, { value: t, d: 0, t: 1 }),
};

function davidsonOutcome(d: number, t: number, own: { value: number; d: number; t: number }): Outcome {
  const nu = Math.exp(t);
  const total = 2 * Math.cosh(d / 2) + nu;
  const [byD, byT] = [Math.sinh(d / 2) / total, nu / total];
  return {
    value: own.value - Math.log(total),
    d: own.d - byD,
    t: own.t - byT,
    dd: byD ** 2 - Math.cosh(d / 2) / 2 / total,
    dt: byD * byT,
    tt: byT ** 2 - byT,
  };
}

/** Rao & Kupper 1967: P(win) = σ(d − t), P(tie) = (θ² − 1) σ(d − t) σ(−d − t), t = ln θ > 0. */
const raoKupperModel: TieModel = {
  start: 0.5,
  win: logistic,
  tie(d, t) {
    const shrink = Math.exp(-2 * t);
    const room: Outcome = {
      value: t > 0 ? 2 * t + Math.log(1 - shrink) : Number.NEGATIVE_INFINITY,
      d: 0,
      t: 2 / (1 - shrink),
      dd: 0,
      dt: 0,
      tt: (-4 * shrink) / (1 - shrink) ** 2,
    };
    return sumOf(room, sumOf(logistic(d, t), mirrored(logistic(-d, t))));
  },
};

type Counts = readonly (readonly number[])[];

/** `wins[i][j]`: how often i beat j; `ties`: symmetric, each tie once per ordered pair, counted as half a win for both. */
export function bradleyTerry(wins: Counts, ties?: Counts): Ranking {
  const points = ties ? wins.map((row, i) => row.map((count, j) => count + ties[i][j] / 2)) : wins;
  return fitStrengths(plain, points);
}

/** Bradley–Terry with ties after Davidson: a tie is likelier between equals. */
export const davidson = (wins: Counts, ties: Counts): Ranking => fitStrengths(davidsonModel, wins, ties);

/** Bradley–Terry with ties after Rao and Kupper: a difference below a threshold is not seen. */
export const raoKupper = (wins: Counts, ties: Counts): Ranking => fitStrengths(raoKupperModel, wins, ties);

function fitStrengths(model: TieModel, wins: Counts, ties?: Counts): Ranking {
  const models = wins.length;
  checkCounts(wins, ties);
  const withTies = model.start !== undefined && ties !== undefined;
  const start = [...new Array<number>(models - 1).fill(0), ...(model.start === undefined ? [] : [model.start])];
  const found = minimise((x) => negativeLogLikelihood(model, x, models, wins, withTies ? ties : undefined), start);
  const covariance = inverse(found.hessian);
  const strengths = [0, ...found.x.slice(0, models - 1)];
  const full = strengths.map((_, i) => strengths.map((_, j) => (i && j ? covariance[i - 1][j - 1] : 0)));
  const centre = strengths.reduce((a, b) => a + b, 0) / models;
  return {
    firstIsZero: { strengths, se: full.map((row, i) => Math.sqrt(row[i])) },
    sumIsZero: { strengths: strengths.map((s) => s - centre), se: centred(full).map((row, i) => Math.sqrt(row[i])) },
    covariance,
    logLikelihood: -found.value,
    ...(withTies ? { tie: { value: found.x[models - 1], se: Math.sqrt(covariance[models - 1][models - 1]) } } : {}),
  };
}

/** C − row means − column means + mean: the covariance when the strengths are made to add up to 0. */
function centred(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const means = matrix.map((row) => row.reduce((a, b) => a + b, 0) / n);
  const mean = means.reduce((a, b) => a + b, 0) / n;
  return matrix.map((row, i) => row.map((value, j) => value - means[i] - means[j] + mean));
}

function negativeLogLikelihood(
  model: TieModel,
  x: readonly number[],
  models: number,
  wins: Counts,
  ties: Counts | undefined,
): Quadratic {
  const size = x.length;
  const tie = models - 1;
  const gradient = new Array<number>(size).fill(0);
  const hessian = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  let value = 0;
  const add = (count: number, o: Outcome, i: number, j: number): void => {
    if (count === 0) return;
    value -= count * o.value;
    // d = s_i − s_j; the first model has no parameter
    const places = [
      { at: i - 1, sign: 1 },
      { at: j - 1, sign: -1 },
    ].filter(({ at }) => at >= 0);
    for (const a of places) {
      gradient[a.at] -= count * o.d * a.sign;
      for (const b of places) hessian[a.at][b.at] -= count * o.dd * a.sign * b.sign;
      if (size === models) {
        hessian[a.at][tie] -= count * o.dt * a.sign;
        hessian[tie][a.at] -= count * o.dt * a.sign;
      }
    }
    if (size === models) {
      gradient[tie] -= count * o.t;
      hessian[tie][tie] -= count * o.tt;
    }
  };
  for (let i = 0; i < models; i++)
    for (let j = 0; j < models; j++) {
      if (i === j) continue;
      const d = (i === 0 ? 0 : x[i - 1]) - (j === 0 ? 0 : x[j - 1]);
      if (wins[i][j] > 0) add(wins[i][j], model.win(d, x[tie] ?? 0), i, j);
      if (ties && i < j && ties[i][j] > 0) add(ties[i][j], model.tie(d, x[tie] ?? 0), i, j);
    }
  return { value, gradient, hessian };
}

function checkCounts(wins: Counts, ties: Counts | undefined): void {
  const n = wins.length;
  const square = (counts: Counts) => counts.length === n && counts.every((row) => row.length === n);
  if (n < 2 || !square(wins) || (ties && !square(ties)))
    throw new RangeError('a ranking needs square tables of wins and ties of at least two models');
  if (ties?.some((row, i) => row.some((count, j) => count !== ties[j][i])))
    throw new RangeError('the table of ties must be symmetric');
  for (let from = 0; from < n; from++)
    if (reached(from, wins, ties).size < n)
      throw new RangeError(
        'a ranking needs wins and losses (or ties) between all models, directly or through others: one group never lost to the rest',
      );
}

/** Models that can be reached from one by going from loser to winner and along ties. */
function reached(from: number, wins: Counts, ties: Counts | undefined): Set<number> {
  const seen = new Set([from]);
  for (const i of seen)
    for (let j = 0; j < wins.length; j++) if (wins[j][i] > 0 || (ties && ties[j][i] > 0)) seen.add(j);
  return seen;
}
