/** Contract namespace `quickstart`: the guided comparison of methods on a built-in task. */
import { RpcError } from '../../preload/contract/rpc.ts';
import { nearest } from '../base/registry.ts';
import { quickstartOptions } from '../jobs/quickstart.ts';
import { tasks } from '../tasks/index.ts';
import type { Handlers, HostServices } from './services.ts';

export const quickstartHandlers = ({ quickstarts }: HostServices): Handlers<'quickstart'> => ({
  'quickstart.start'({ task }) {
    if (!tasks.has(task)) {
      const known = tasks.all.map(({ id }) => id);
      throw new RpcError('not_found', `there is no task "${task}"; did you mean "${nearest(task, known)}"?`);
    }
    return { group: quickstarts.start(quickstartOptions.parse({ task })) };
  },
});
