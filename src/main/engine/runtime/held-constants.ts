/** Large constants of a graph stay in the caller's arrays instead of being written into the model, and sessions of one owner share their packed form. */
import type { Graph, Value } from '../graph/value.ts';

/** Smaller ones are written into the model: the runtime's optimiser folds them, and the garbage collector may move their arrays. */
const SMALLEST_BYTES = 16_384;

/** Whether the runtime reads a constant where it lies. */
export const isHeld = ({ data }: Value): boolean => (data?.byteLength ?? 0) >= SMALLEST_BYTES;

export const heldConstants = (graph: Graph): readonly Value[] => graph.constants.filter(isHeld);

/** Makes and frees the runtime's containers of packed weights. */
export interface ContainerApi {
  create(): bigint;
  release(container: bigint): void;
}

/** One container for each owner, from its first session to its last. */
export class PackedWeights {
  readonly #api: ContainerApi;
  readonly #containers = new Map<object, { readonly container: bigint; users: number }>();

  constructor(api: ContainerApi) {
    this.#api = api;
  }

  /** The owner's container; `giveBack` once for each `take`. */
  take(owner: object): bigint {
    const found = this.#containers.get(owner) ?? { container: this.#api.create(), users: 0 };
    found.users++;
    this.#containers.set(owner, found);
    return found.container;
  }

  giveBack(owner: object): void {
    const found = this.#containers.get(owner);
    if (!found || --found.users > 0) return;
    this.#containers.delete(owner);
    this.#api.release(found.container);
  }
}
