/** Deals items to the people who look at them: how many each item needs, and whom it goes to where they are named. */

export interface Dealing {
  /** Who looks; empty: whoever comes. */
  readonly raters: readonly string[];
  /** People for each item of the overlap; null: everybody. */
  readonly ratersEach: number | null;
  /** Share of the items that several look at, 0 to 1, those in front; one person looks at each of the others. */
  readonly overlapShare: number;
}

/** Everybody looks at everything. */
export const EVERYBODY: Dealing = { raters: [], ratersEach: null, overlapShare: 1 };

export interface Dealt {
  /** People that the item needs; null: everybody. */
  readonly needed: number | null;
  /** By name; empty: whoever comes, until there are enough. */
  readonly raters: readonly string[];
}

/** How many of `count` items are the overlap: rounded, at least one where a share is asked for. */
export const overlapOf = (count: number, { overlapShare }: Pick<Dealing, 'overlapShare'>): number =>
  overlapShare === 0 ? 0 : Math.min(count, Math.max(1, Math.round(overlapShare * count)));

/** Nobody has more than one item more than another, and each two meet about equally often: κ of every two rests on as many items. */
export function dealOut(count: number, dealing: Dealing): Dealt[] {
  const { raters, ratersEach } = dealing;
  const overlap = overlapOf(count, dealing);
  const load = new Map(raters.map((name) => [name, 0]));
  const met = new Map<string, number>();
  const pairOf = (a: string, b: string) => JSON.stringify([a, b].sort());
  const meetings = (name: string, chosen: readonly string[]) =>
    chosen.reduce((sum, other) => sum + (met.get(pairOf(name, other)) ?? 0), 0);
  const pick = (many: number): string[] => {
    const chosen: string[] = [];
    while (chosen.length < Math.min(many, raters.length)) {
      const [next] = raters
        .filter((name) => !chosen.includes(name))
        .sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0) || meetings(a, chosen) - meetings(b, chosen));
      for (const other of chosen) met.set(pairOf(next, other), meetings(next, [other]) + 1);
      load.set(next, (load.get(next) ?? 0) + 1);
      chosen.push(next);
    }
    return chosen;
  };
  return Array.from({ length: count }, (_, i) => {
    const needed = i < overlap ? ratersEach : 1;
    return { needed, raters: pick(needed ?? raters.length) };
  });
}
