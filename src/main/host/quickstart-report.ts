/** Gathers what a quickstart's report tells from the store. */
import { readMetricsDownsampled } from '../data/store/metrics.ts';
import { getRun } from '../data/store/runs.ts';
import { runsOf } from '../jobs/quickstart-record.ts';
import { quickstartReport as writeReport } from '../report/quickstart-report.ts';
import { machineFacts } from './machine-facts.ts';
import { quickstartState, type StateSource } from './quickstart-state.ts';

const MAX_POINTS = 1000;

/** The report of a finished quickstart as one HTML file. Throws when it has not come to its end. */
export function quickstartReport(source: StateSource, group: string): string {
  const { store } = source;
  const state = quickstartState(source, group);
  if (state.prompts === 0)
    throw new Error(`the quickstart "${group}" has no comparison yet: its report comes when it has finished`);
  const runs = runsOf(store, group);
  return writeReport({
    state,
    endedAt: runs.at(-1)?.endedAt ?? new Date().toISOString(),
    runs: runs.map(({ id, method, name, maxSteps }) => ({
      title: state.stages.find((stage) => stage.method === method)?.title ?? method,
      method,
      name,
      maxSteps,
      config: getRun(store, id)?.config ?? {},
      points: readMetricsDownsampled(store, id, MAX_POINTS),
    })),
    machine: machineFacts(),
  });
}
