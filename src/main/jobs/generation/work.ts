/** What a kind of work of the generation process is, and what it is given to work with. */
import { setImmediate } from 'node:timers/promises';
import type { Named } from '../../base/registry.ts';
import type { ModelShelf } from './shelf.ts';

/** A model as the host names it to the process: an absolute path; `adapter` off leaves out the adapter that lies there. */
export interface ModelSource {
  readonly path: string;
  readonly adapter: boolean;
}

export interface WorkContext {
  readonly shelf: ModelShelf;
  emit(event: unknown): void;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Input and result are JSON; the host has checked the input against the contract. */
export interface Work extends Named {
  run(input: never, context: WorkContext): Promise<unknown>;
}

/** Lets messages in, a cancel among them; other streams have their turn. */
export const othersTurn = async (): Promise<void> => {
  await setImmediate();
};

/** A request that this model cannot answer. */
export class GenerationError extends Error {
  readonly code = 'generation';
  constructor(message: string) {
    super(message);
    this.name = 'GenerationError';
  }
}
