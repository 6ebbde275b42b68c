/** The result of a quickstart as people read it on a terminal: models, comparisons, and what must be said beside them. */
import { quickstartNotes, verdictOf, winMinusLossText } from '../../charts/quickstart-notes.ts';
import type { QuickstartComparison, QuickstartState } from '../../preload/contract/quickstart.ts';
import type { RunSummary } from '../../preload/contract/runs.ts';
import type { CommandContext } from './command.ts';
import { formatDuration } from './progress.ts';
import { tableLines } from './table.ts';

type Shown =
  | { readonly status: 'stopped' | 'failed'; readonly run: RunSummary }
  | {
      readonly status: 'finished';
      readonly state: QuickstartState;
      readonly seconds: number | null;
      readonly cpu_seconds: number;
      readonly report: string;
    };

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)}%`);
const fixed = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

const MODEL_HEAD = ['model', 'gold', 'quality', 'KL', 'tokens', 'ends', 'off grammar', 'labels'];
const PAIR_HEAD = ['', 'against', 'win', 'tie', 'loss', 'win rate, 95%', 'win − loss, 95%', ''];

function modelLines({ models }: QuickstartState): string[] {
  const rows = models.map((model) => [
    model.title,
    fixed(model.gold, 2),
    fixed(model.quality, 2),
    fixed(model.kl, 2),
    fixed(model.tokens, 1),
    percent(model.ended),
    percent(model.offGrammar),
    model.labels === null ? '–' : String(model.labels),
  ]);
  return tableLines(MODEL_HEAD, rows);
}

function pairLines({ models, comparisons }: QuickstartState): string[] {
  const titleOf = (name: string) => models.find((model) => model.name === name)?.title ?? name;
  const rowOf = (pair: QuickstartComparison) => [
    titleOf(pair.a),
    titleOf(pair.b),
    percent(pair.win / pair.n),
    percent(pair.tie / pair.n),
    percent(pair.loss / pair.n),
    `${percent(pair.winRate)} (${percent(pair.interval[0])} to ${percent(pair.interval[1])})`,
    winMinusLossText(pair),
    verdictOf(pair),
  ];
  return tableLines(PAIR_HEAD, comparisons.map(rowOf));
}

export function showQuickstart(document: Shown, { print }: Pick<CommandContext, 'print'>): void {
  if (document.status !== 'finished') {
    const { name, status, step, maxSteps } = document.run;
    print(`${name} ${status} at step ${step} of ${maxSteps}`);
    print('go on with: plumb quickstart --resume');
    return;
  }
  const { state, seconds, cpu_seconds, report } = document;
  const blocks = [modelLines(state), pairLines(state)];
  for (const block of blocks) print(`${block.join('\n')}\n`);
  for (const { claim, text } of quickstartNotes(state)) print(`${claim} ${text}`);
  print(
    `\n${state.task}, seed ${state.seed}, ${formatDuration(seconds ?? 0)}, ${formatDuration(cpu_seconds)} of processor time`,
  );
  print(`report: ${report}`);
}
