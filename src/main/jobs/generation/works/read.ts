/** Reads tokens that were generated under the model that wrote them and its reference. */
import type { TokenReadings } from '../../../../preload/contract/generations.ts';
import { readUnder } from '../reading.ts';
import type { ModelSource, Work, WorkContext } from '../work.ts';

export interface ReadWork {
  readonly model: ModelSource;
  readonly reference: ModelSource | null;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly top: number;
}

export const read = {
  id: 'read',
  async run({ promptIds, ids, ...wanted }: ReadWork, context: WorkContext): Promise<TokenReadings> {
    const row = { ids: [...promptIds, ...ids], start: promptIds.length };
    const { rows, whyNoReference } = await readUnder(wanted, context, () => [row]);
    return { tokens: rows[0], whyNoReference };
  },
} satisfies Work;
