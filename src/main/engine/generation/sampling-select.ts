/** Where a running mass over falling keys reaches its target, found without sorting: the core of top-k, top-p and typical sampling. */

/** The last key taken, and the mass of all keys above it. */
export interface Crossing {
  readonly key: number;
  readonly massAbove: number;
}

const BUCKETS = 1024;
/** Keys are logits or nats: a sixteenth of a nat holds a few hundred of 50 000 tokens. */
const BUCKETS_PER_UNIT = 16;

/**
 * Takes entries by falling key until their mass is at least `target`, and says at which key that is; the smallest key when all of it is too little.
 * Two passes over the entries and a selection within one narrow bucket. `top` is the largest key; keys may be −∞; `masses` is as long as `keys`.
 */
export function crossing(keys: Float64Array, masses: Float64Array, top: number, target: number): Crossing {
  const places = new Uint16Array(keys.length);
  const buckets = new Float64Array(BUCKETS);
  for (let i = 0; i < keys.length; i++) {
    const depth = (top - keys[i]) * BUCKETS_PER_UNIT;
    const place = depth < BUCKETS - 1 ? depth | 0 : BUCKETS - 1;
    places[i] = place;
    buckets[place] += masses[i];
  }
  const lastFilled = buckets.findLastIndex((mass) => mass > 0);
  let chosen = 0;
  let massAbove = 0;
  while (chosen < lastFilled && massAbove + buckets[chosen] < target) massAbove += buckets[chosen++];
  const insideKeys: number[] = [];
  const insideMasses: number[] = [];
  for (let i = 0; i < places.length; i++) {
    if (places[i] !== chosen) continue;
    insideKeys.push(keys[i]);
    insideMasses.push(masses[i]);
  }
  return select(Float64Array.from(insideKeys), Float64Array.from(insideMasses), massAbove, target);
}

/** Quickselect on mass: each round keeps only the part that holds the crossing, so the expected time is linear. Reorders its arrays. */
function select(keys: Float64Array, masses: Float64Array, massBefore: number, target: number): Crossing {
  let low = 0;
  let high = keys.length;
  let massAbove = massBefore;
  for (;;) {
    const pivot = medianOfThree(keys[low], keys[(low + high) >>> 1], keys[high - 1]);
    const [greaterEnd, equalEnd] = partition(keys, masses, low, high, pivot);
    const greater = massOf(masses, low, greaterEnd);
    if (greaterEnd > low && massAbove + greater >= target) {
      high = greaterEnd;
      continue;
    }
    const equal = massOf(masses, greaterEnd, equalEnd);
    if (equalEnd === high || massAbove + greater + equal >= target)
      return { key: pivot, massAbove: massAbove + greater };
    massAbove += greater + equal;
    low = equalEnd;
  }
}

/** Dijkstra's three parts: greater than, equal to and smaller than the pivot; returns where the first two end. */
function partition(
  keys: Float64Array,
  masses: Float64Array,
  low: number,
  high: number,
  pivot: number,
): readonly [number, number] {
  let greaterEnd = low;
  let smallerStart = high;
  let at = low;
  while (at < smallerStart) {
    const key = keys[at];
    if (key > pivot) {
      swap(keys, greaterEnd, at);
      swap(masses, greaterEnd++, at++);
    } else if (key < pivot) {
      swap(keys, --smallerStart, at);
      swap(masses, smallerStart, at);
    } else at++;
  }
  return [greaterEnd, smallerStart];
}

function massOf(masses: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += masses[i];
  return total;
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i];
  values[i] = values[j];
  values[j] = kept;
}

const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
