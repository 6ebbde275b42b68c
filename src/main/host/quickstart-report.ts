/** Gathers what a quickstart's report tells from the store. */
import { cpus } from 'node:os';
import { readMetricsDownsampled } from '../data/store/metrics.ts';
import { getRun } from '../data/store/runs.ts';
import { runsOf } from '../jobs/quickstart-record.ts';
import { quickstartReport as writeReport } from '../report/quickstart-report.ts';
import { quickstartState, type StateSource } from './quickstart-state.ts';
import { onnxruntimeVersion, programVersion } from './version.ts';

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

function machineFacts(): (readonly [string, string])[] {
  const processors = cpus();
  return [
    ['Plumbline', programVersion],
    ['onnxruntime', onnxruntimeVersion],
    ['Node', process.versions.node],
    ['Processor', `${processors[0]?.model.trim() || 'unknown'}, ${processors.length} threads`],
    ['System', `${process.platform} ${process.arch}`],
  ];
}
