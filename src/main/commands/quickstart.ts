/** `plumb quickstart`: the guided comparison on a built-in task, stage by stage, and its report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuickstartState } from '../../preload/contract/quickstart.ts';
import type { RunSummary } from '../../preload/contract/runs.ts';
import { alike } from '../base/registry.ts';
import { quickstartState, type StateSource } from '../host/quickstart-state.ts';
import { openWorkbench } from '../host/workbench.ts';
import type { QuickstartOptions, QuickstartStage } from '../jobs/quickstart.ts';
import type { QuickstartEnd, Quickstarts } from '../jobs/quickstart-driver.ts';
import { forkJobs } from '../jobs/spawn.ts';
import { type CommandContext, defineCommand, UsageError, wholeNumber } from './command.ts';
import { stoppedCode } from './follow-run.ts';
import { checkTarget } from './output.ts';
import { formatDuration } from './progress.ts';
import { showQuickstart } from './quickstart-table.ts';

/** Sizes that may be made smaller (or larger) than what fits into five minutes. */
const SIZES = {
  demonstrations: 'demonstrations that the reference learns from',
  sftSteps: 'steps of the reference',
  pairs: 'prompts that get a simulated preference',
  rewardSteps: 'steps of the reward model',
  dpoSteps: 'steps of offline and of online DPO',
  ppoSteps: 'steps of PPO and of RLOO, 64 answers each',
  prompts: 'held-out prompts of the comparison',
} as const;

const MOST = 1_000_000;

/** The report's name in the folder of the last stage's run. */
const REPORT = 'report.html';

export const quickstart = defineCommand({
  id: 'quickstart',
  summary: 'Reference, reward model, PPO, offline and online DPO on one task, compared: under five minutes, no data.',
  examples: [
    'plumb quickstart',
    'plumb quickstart --task tldr --seed 2 --json result.json --report tldr.html',
    'plumb quickstart --resume',
    'plumb quickstart --show --report again.html',
  ],
  configure(command) {
    command.option('--task <id>', 'built-in task', 'helpful');
    command.option('--seed <n>', 'draws the data, the model and the samples', '1');
    command.option('--report <file>', "where the HTML report goes; else beside the comparison's run");
    command.option('--resume', 'take up the newest quickstart that did not come to its end');
    command.option('--show', 'show the newest finished quickstart again, with its report, and run nothing');
    for (const [name, text] of Object.entries(SIZES)) command.option(`--${dashed(name)} <n>`, text);
  },
  async run(_args, options, context) {
    const chosen = await optionsOf(options);
    if (options.report !== undefined) checkTarget(String(options.report), '--report');
    const { createQuickstarts } = await import('../jobs/quickstart-driver.ts');
    const { finishedQuickstart, unfinishedQuickstart } = await import('../jobs/quickstart-record.ts');
    const { workspace, files } = context;
    const workbench = openWorkbench({ workspace, spawn: forkJobs(files.worker), adopts: false });
    const { store, runner } = workbench;
    const quickstarts = createQuickstarts({ ...workbench, runs: workspace.runs });
    const source = { store, runs: workspace.runs, isActive: quickstarts.isActive };
    try {
      if (options.show) return await documentOf(source, found(finishedQuickstart(store), 'finished'), options.report);
      const group = options.resume ? takeUp(quickstarts, unfinishedQuickstart(store)) : quickstarts.start(chosen);
      const end = await follow(runner, quickstarts, source, group, context);
      if (end.status === 'failed') throw new Error(`${end.run.name}: ${end.run.error}`);
      if (end.status === 'stopped') return { group, ...end, stages: stagesOf(quickstartState(source, group)) };
      return await documentOf(source, group, options.report);
    } finally {
      quickstarts.close();
      await workbench.close();
    }
  },
  exitCode: stoppedCode,
  show: showQuickstart,
});

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const underscored = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

async function optionsOf(options: Readonly<Record<string, unknown>>): Promise<QuickstartOptions> {
  const { tasks } = await import('../tasks/index.ts');
  const { quickstartOptions } = await import('../jobs/quickstart.ts');
  const task = String(options.task);
  const known = tasks.all.map(({ id }) => id);
  if (!tasks.has(task))
    throw new UsageError(`unknown task "${task}"${alike(task, known) || ';'} Tasks: ${known.join(', ')}`);
  const sizes = Object.keys(SIZES).filter((name) => options[name] !== undefined);
  const given = sizes.map((name) => [underscored(name), wholeNumber(options[name], `--${dashed(name)}`, 1, MOST)]);
  const parsed = quickstartOptions.safeParse({
    task,
    seed: wholeNumber(options.seed, '--seed', 0, Number.MAX_SAFE_INTEGER),
    ...Object.fromEntries(given),
  });
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

function found(group: string | undefined, what: string): string {
  if (group === undefined) throw new UsageError(`there is no ${what} quickstart in this workspace`);
  return group;
}

function takeUp(quickstarts: Quickstarts, group: string | undefined): string {
  if (group === undefined) throw new UsageError('--resume: there is no quickstart that did not come to its end');
  quickstarts.resume(group);
  return group;
}

/** Tells the progress of the whole and the end of each stage; the first Ctrl-C stops what runs. */
async function follow(
  runner: ReturnType<typeof openWorkbench>['runner'],
  quickstarts: Quickstarts,
  source: StateSource,
  group: string,
  { progress, say, signal }: CommandContext,
): Promise<QuickstartEnd> {
  const { quickstartStages } = await import('../jobs/quickstart.ts');
  const told = new Set<string>();
  const remove = runner.onChange((run) => {
    if (run.group !== group) return;
    if (run.endedAt !== null && !told.has(`${run.id} ${run.endedAt}`)) {
      told.add(`${run.id} ${run.endedAt}`);
      say(endLine(run, source, quickstartStages));
      return;
    }
    const { share, secondsLeft, stages } = quickstartState(source, group);
    const now = stages.filter((stage) => stage.run?.status === 'running').map(({ title }) => title);
    progress(Math.floor(100 * share), 100, `${now.join(' and ') || 'next stage'}: percent of all`, secondsLeft);
  });
  const stop = () => quickstarts.stop(group);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await quickstarts.end(group);
  } finally {
    signal.removeEventListener('abort', stop);
    remove();
  }
}

/** "stage 2 of 9, SFT reference: sft-helpful-01 finished in 34 s, 33 s of processor time". */
function endLine(run: RunSummary, source: StateSource, stages: readonly QuickstartStage[]): string {
  const at = stages.findIndex(({ method }) => method === run.method);
  const stage = run.group && quickstartState(source, run.group).stages[at]?.run;
  const time = stage ? ` in ${formatDuration(stage.seconds ?? 0)}${cpuText(stage.cpuSeconds)}` : '';
  return `stage ${at + 1} of ${stages.length}, ${stages[at]?.title ?? run.method}: ${run.name} ${run.status}${time}`;
}

const cpuText = (seconds: number | null): string =>
  seconds === null ? '' : `, ${formatDuration(seconds)} of processor time`;

const stagesOf = ({ stages }: QuickstartState) =>
  stages.flatMap(({ method, run }) =>
    run ? [{ run: run.name, method, status: run.status, seconds: run.seconds, cpu_seconds: run.cpuSeconds }] : [],
  );

/** The result as a document; the report is written on the way. */
async function documentOf(source: StateSource, group: string, target: unknown) {
  const { readComparison, runsOf } = await import('../jobs/quickstart-record.ts');
  const { quickstartReport } = await import('../host/quickstart-report.ts');
  const state = quickstartState(source, group);
  const last = runsOf(source.store, group).at(-1);
  const result = last && readComparison(source.runs, last);
  if (!last || !result) throw new Error(`${group} left no comparison`);
  const report = target === undefined ? join(source.runs, last.name, REPORT) : String(target);
  writeFileSync(report, quickstartReport(source, group));
  const createdAt = last.endedAt ?? '';
  return {
    group,
    status: 'finished' as const,
    ...result,
    comparison: { ...result.comparison, createdAt },
    seconds: state.seconds,
    cpu_seconds: state.stages.reduce((total, { run }) => total + (run?.cpuSeconds ?? 0), 0),
    reward_accuracy: state.rewardAccuracy,
    stages: stagesOf(state),
    report,
    state,
  };
}
