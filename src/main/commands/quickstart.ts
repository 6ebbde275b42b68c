/** `plumb quickstart`: the guided comparison on a built-in task, stage by stage. */
import type { RunSummary } from '../../preload/contract/runs.ts';
import { nearest } from '../base/registry.ts';
import { openWorkbench } from '../host/workbench.ts';
import type { QuickstartOptions } from '../jobs/quickstart.ts';
import type { QuickstartEnd, Quickstarts } from '../jobs/quickstart-driver.ts';
import { forkJobs } from '../jobs/spawn.ts';
import { type CommandContext, defineCommand, UsageError, wholeNumber } from './command.ts';
import { stoppedCode } from './follow-run.ts';
import { formatDuration } from './progress.ts';
import { tableLines } from './table.ts';

/** Sizes that may be made smaller (or larger) than what fits into five minutes. */
const SIZES = {
  demonstrations: 'demonstrations that the reference learns from',
  sftSteps: 'steps of the reference',
  pairs: 'prompts that get a simulated preference',
  dpoSteps: 'steps of DPO',
  prompts: 'held-out prompts of the comparison',
} as const;

const MOST = 1_000_000;

export const quickstart = defineCommand({
  id: 'quickstart',
  summary: 'Train a reference, gather preferences, align, compare: under five minutes, without any data.',
  examples: [
    'plumb quickstart',
    'plumb quickstart --task tldr --seed 2 --json result.json',
    'plumb quickstart --resume',
  ],
  configure(command) {
    command.option('--task <id>', 'built-in task', 'helpful');
    command.option('--seed <n>', 'draws the data, the model and the samples', '1');
    command.option('--resume', 'take up the newest quickstart that did not come to its end');
    for (const [name, text] of Object.entries(SIZES)) command.option(`--${dashed(name)} <n>`, text);
  },
  async run(_args, options, context) {
    const chosen = await optionsOf(options);
    const { createQuickstarts, unfinishedQuickstart } = await import('../jobs/quickstart-driver.ts');
    const { quickstartStages } = await import('../jobs/quickstart.ts');
    const { workspace, files } = context;
    const workbench = openWorkbench({ workspace, spawn: forkJobs(files.worker), adopts: false });
    const quickstarts = createQuickstarts({ ...workbench, runs: workspace.runs });
    try {
      const group = options.resume
        ? takeUp(quickstarts, unfinishedQuickstart(workbench.store))
        : quickstarts.start(chosen);
      return await follow(workbench.runner, quickstarts, group, quickstartStages, context);
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
    throw new UsageError(`unknown task "${task}"; did you mean "${nearest(task, known)}"? Tasks: ${known.join(', ')}`);
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

function takeUp(quickstarts: Quickstarts, group: string | undefined): string {
  if (group === undefined) throw new UsageError('--resume: there is no quickstart that did not come to its end');
  quickstarts.resume(group);
  return group;
}

interface StageTitle {
  readonly method: string;
  readonly title: string;
}

type Stage = Pick<RunSummary, 'method' | 'status'> & { readonly run: string; readonly seconds: number };
type Document = { readonly group: string; readonly seconds: number; readonly stages: readonly Stage[] } & QuickstartEnd;

async function follow(
  runner: Parameters<typeof watchStages>[0],
  quickstarts: Quickstarts,
  group: string,
  titles: readonly StageTitle[],
  context: CommandContext,
): Promise<Document> {
  const started = performance.now();
  const stages: Stage[] = [];
  const current = watchStages(runner, group, titles, stages, context);
  context.signal.addEventListener('abort', () => {
    const id = current();
    if (id !== undefined) runner.stop(id);
  });
  const end = await quickstarts.end(group);
  if (end.status === 'failed') throw new Error(`${end.run.name}: ${end.run.error}`);
  return { group, ...end, seconds: (performance.now() - started) / 1000, stages };
}

/** Tells the progress of each stage; returns a function that gives the run under way. */
function watchStages(
  runner: ReturnType<typeof openWorkbench>['runner'],
  group: string,
  titles: readonly StageTitle[],
  stages: Stage[],
  { progress, say }: CommandContext,
): () => string | undefined {
  let current: string | undefined;
  let begun = performance.now();
  runner.onChange((run) => {
    if (run.group !== group) return;
    const at = titles.findIndex(({ method }) => method === run.method);
    const label = `stage ${at + 1} of ${titles.length}, ${titles[at]?.title ?? run.method}`;
    if (run.id !== current && run.status === 'running') {
      current = run.id;
      begun = performance.now();
    } else if (run.id === current && run.endedAt !== null) {
      const seconds = (performance.now() - begun) / 1000;
      stages.push({ run: run.name, method: run.method, status: run.status, seconds });
      say(`${label}: ${run.name} ${run.status} in ${formatDuration(seconds)}`);
      current = undefined;
    } else if (run.maxSteps > 0) progress(run.step, run.maxSteps, `${label}: step`, run.secondsLeft);
  });
  return () => current;
}

function showQuickstart(document: Document, { print }: Pick<CommandContext, 'print'>): void {
  if (document.status !== 'finished') {
    print(`${document.run.name} ${document.run.status} at step ${document.run.step} of ${document.run.maxSteps}`);
    print('go on with: plumb quickstart --resume');
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const heading = ['model', 'gold', 'tokens', 'ends', 'off grammar', 'KL'];
  const rows = document.models.map((model) => [
    model.name,
    model.gold.toFixed(2),
    model.tokens.toFixed(1),
    percent(model.ended),
    percent(model.off_grammar),
    model.kl.toFixed(2),
  ]);
  print(tableLines(heading, rows).join('\n'));
  const { a, b, n, win, tie, loss, winRate, interval } = document.comparison;
  const [low, high] = interval.map(percent);
  print(`\n${a} against ${b} on ${n} held-out prompts: ${win} won, ${tie} tied, ${loss} lost`);
  print(`win rate ${percent(winRate)}, 95% interval ${low} to ${high} (a tie counts half)`);
  print(`all of it took ${formatDuration(document.seconds)}`);
}
