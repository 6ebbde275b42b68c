/** Contract namespace `catalogue`: what can be done, with the options of each as JSON Schema. */
import { z } from 'zod';
import type { MethodEntry } from '../../preload/contract/runs.ts';
import { tasks } from '../tasks/index.ts';
import type { Method } from '../train/method.ts';
import type { Handlers } from './services.ts';

export const catalogueHandlers = (): Handlers<'catalogue'> => ({
  async 'catalogue.methods'() {
    // the engine comes with the methods: loaded when first asked for
    const { methods } = await import('../train/methods/index.ts');
    return methods.all.map(methodEntry);
  },
  'catalogue.tasks': () =>
    tasks.all.map(({ id, title, summary, goldDescription }) => ({ id, title, summary, gold: goldDescription })),
});

function methodEntry(method: Method): MethodEntry {
  const { id, title, summary, mark, formula, cost, goodFor, watch, papers, data, params } = method;
  return {
    id,
    title,
    summary,
    mark,
    formula,
    cost,
    goodFor,
    watch,
    papers: [...papers],
    needs: { model: true, dataset: [...data] },
    params: z.toJSONSchema(params, { io: 'input' }) as Record<string, unknown>,
  };
}
