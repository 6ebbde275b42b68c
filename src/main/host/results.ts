/** Contract namespace `results`: finished comparisons. */
import { listComparisons } from '../data/store/comparisons.ts';
import type { Handlers, HostServices } from './services.ts';

export const resultsHandlers = ({ store }: HostServices): Handlers<'results'> => ({
  'results.list': () => listComparisons(store),
});
