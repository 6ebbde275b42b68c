/** Who has the cores and who waits for them: by priority, of equal ones first come, first served, and who came first does not wait for who came later. */

/** A place in the queue. */
export interface Turn {
  readonly id: string;
  /** Of the cores, 0 for all of them; asked when the turn may have come. */
  threads(): number;
  /** Called when the cores are there; they are this run's until it gives them back. */
  begin(threads: number): void;
}

export class CoreQueue {
  readonly #cores: () => number;
  readonly #waiting: Turn[] = [];
  readonly #taken = new Map<string, number>();
  #closed = false;

  /** `cores` is asked for each turn: the user may have chosen others meanwhile. */
  constructor(cores: () => number) {
    this.#cores = cores;
  }

  /** Those that wait, in their order. */
  get waiting(): readonly string[] {
    return this.#waiting.map(({ id }) => id);
  }

  /** Whether this run has cores now. */
  has(id: string): boolean {
    return this.#taken.has(id);
  }

  /** Takes the last place. */
  join(turn: Turn): void {
    this.#waiting.push(turn);
  }

  /** The largest priority first; of equal ones who came first. */
  arrange(priorityOf: (id: string) => number): void {
    const priorities = new Map(this.#waiting.map(({ id }) => [id, priorityOf(id)]));
    this.#waiting.sort((a, b) => (priorities.get(b.id) ?? 0) - (priorities.get(a.id) ?? 0));
  }

  /** Gives a place up; false when there was none. */
  leave(id: string): boolean {
    const place = this.#waiting.findIndex((turn) => turn.id === id);
    if (place < 0) return false;
    this.#waiting.splice(place, 1);
    return true;
  }

  giveBack(id: string): void {
    this.#taken.delete(id);
  }

  /** Nobody's turn comes any more. */
  close(): void {
    this.#closed = true;
  }

  /** Begins turns in their order while the cores have room. */
  serve(): void {
    while (!this.#closed && this.#waiting.length > 0) {
      const threads = this.#waiting[0].threads();
      if (!this.#hasRoom(threads)) return;
      const [turn] = this.#waiting.splice(0, 1);
      this.#taken.set(turn.id, threads);
      turn.begin(threads);
    }
  }

  /** A run of all cores runs alone. */
  #hasRoom(threads: number): boolean {
    const taken = [...this.#taken.values()];
    if (taken.length === 0) return true;
    if (threads === 0 || taken.includes(0)) return false;
    return threads + taken.reduce((a, b) => a + b) <= this.#cores();
  }
}
