/** Contract namespace `quickstart`: the guided comparison of methods on a built-in task. */
import { RpcError } from '../../preload/contract/rpc.ts';
import { meant } from '../base/registry.ts';
import { quickstartOptions } from '../jobs/quickstart.ts';
import { newestQuickstart } from '../jobs/quickstart-record.ts';
import { tasks } from '../tasks/index.ts';
import { quickstartState } from './quickstart-state.ts';
import { closed, type Handlers, type HostServices } from './services.ts';

/** Between two looks at what moves. */
const WATCH_MS = 500;

export const quickstartHandlers = ({ quickstarts, store, runner, workspace }: HostServices): Handlers<'quickstart'> => {
  const source = () => ({ store, runs: workspace.runs, isActive: quickstarts.isActive });
  const newest = () => {
    const group = newestQuickstart(store);
    return group === undefined ? null : quickstartState(source(), group);
  };
  return {
    'quickstart.start'({ task }) {
      if (!tasks.has(task)) {
        const known = tasks.all.map(({ id }) => id);
        throw new RpcError('not_found', `there is no task "${task}"${meant(task, known)}`);
      }
      return { group: quickstarts.start(quickstartOptions.parse({ task })) };
    },
    'quickstart.resume'({ group }) {
      quickstarts.resume(group);
      return { ok: true };
    },
    'quickstart.stop'({ group }) {
      quickstarts.stop(group);
      return { ok: true };
    },
    async 'quickstart.watch'(_input, { emit, signal }) {
      let moved = false;
      emit(newest());
      const remove = runner.onChange(({ group }) => {
        if (group !== null) moved = true;
      });
      const timer = setInterval(() => {
        if (!moved) return;
        moved = false;
        emit(newest());
      }, WATCH_MS);
      await closed(signal);
      clearInterval(timer);
      remove();
      return undefined;
    },
    async 'quickstart.report'({ group }) {
      const { quickstartReport } = await import('./quickstart-report.ts');
      const html = quickstartReport(source(), group);
      return { name: `${group}.html`, html };
    },
  };
};
