/** A comparison of runs as one HTML file: curves, frontier, final values, verdicts, config diff, runs; it needs no network and no script. */

import type { ChartTokens } from '../../charts/chart-tokens.ts';
import {
  type CompareChoice,
  compareChart,
  frontierChart,
  metricName,
  seriesTitle,
} from '../../charts/compare-charts.ts';
import { methodLook } from '../../charts/method-looks.ts';
import { counted, dateTime, fixed, MISSING, percent, shown, signed, whole } from '../../charts/numbers.ts';
import { overoptimisationChart, peakText } from '../../charts/overoptimisation-chart.ts';
import { parallelAxes, parallelLabel, parallelOption } from '../../charts/parallel-chart.ts';
import type {
  CompareCurves,
  CompareRow,
  CompareSet,
  CompareVerdict,
  CompareView,
  OveroptimisedSeries,
} from '../../preload/contract/compare.ts';
import { chartFigure, optionFigure } from './draw-chart.ts';
import { type Html, html, trusted } from './html.ts';
import { POLICY } from './policy.ts';
import { reportStyles } from './stylesheet.ts';

export interface CompareReportSource {
  readonly name: string;
  readonly view: CompareView;
  readonly set: CompareSet;
  readonly curves: CompareCurves;
  readonly rows: readonly CompareRow[];
  readonly verdicts: readonly CompareVerdict[];
  readonly overoptimised: readonly OveroptimisedSeries[];
  /** ISO date. */
  readonly writtenAt: string;
  /** Program, runtime, machine: name and value. */
  readonly machine: readonly (readonly [string, string])[];
}

const WIDE = { width: 560, height: 280 };

export function compareReport(source: CompareReportSource): string {
  const { name, set, writtenAt } = source;
  const runs = set.series.reduce((sum, each) => sum + each.runs.length, 0);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<style>${trusted(reportStyles())}</style>
</head>
<body>
<main>
<header>
<h1>${name}</h1>
<p>${counted(runs, 'run')} in ${counted(set.series.length, 'series', 'series')}: runs that differ by their seed only are one series. ${dateTime(writtenAt)}.</p>
</header>
${[curveSection(source), tableSection(source), sweepSection(source), fitSection(source), verdictSection(source), configSection(source), runSection(source)]}
</main>
</body>
</html>
`.html;
}

const markOf = (method: string): Html => {
  const { colour, shape } = methodLook(method);
  return html`<i class="mark ${shape}" style="--mark: var(--pl-${colour})" aria-hidden="true"></i>`;
};

const headOf = (series: CompareSet['series'][number]): Html => html`${markOf(series.method)} ${seriesTitle(series)}`;

function curveSection({ view, set, curves, rows }: CompareReportSource): Html {
  const choice: CompareChoice = { ...view, series: set.series, smoothing: 0 };
  const figures = curves.charts.map((chart, i) =>
    chartFigure(`${metricName(chart.metric)}${chart.evaluation ? ', evaluation' : ''}`, compareChart(chart, choice), {
      id: `curve-${i}`,
      ...WIDE,
    }),
  );
  const frontier = frontierChart(set.series, rows, view.hidden);
  const last = frontier ? [chartFigure('Reward against KL', frontier, { id: 'frontier', ...WIDE })] : [];
  return html`<section>
<h2>Curves</h2>
<div class="wide">${[...figures, ...last]}</div>
<p class="caption">Line: a run, or the mean of its seeds. Band: ${view.band === 'min–max' ? 'smallest and largest seed' : 'Student’s 95% interval of the mean, from three seeds on'}.</p>
</section>`;
}

/** Shares as percent. */
const number = (row: CompareRow, value: number | null, sign = false): string => {
  if (row.unit === 'share') return sign ? `${signed(value === null ? null : 100 * value, 1)} pp` : percent(value);
  return sign ? signed(value, 3) : fixed(value, 3);
};

const interval = (row: CompareRow, low: number | null, high: number | null): Html | null =>
  low === null || high === null ? null : html` <small>${number(row, low)} to ${number(row, high)}</small>`;

function tableSection({ set, rows, view }: CompareReportSource): Html {
  const baseline = set.series.find(({ key }) => key === view.baseline) ?? set.series.at(-1);
  const cell = (row: CompareRow) => (value: CompareRow['cells'][number]) => {
    if (!value) return html`<td>${MISSING}</td>`;
    const text = number(row, value.value);
    const { difference } = value;
    return html`<td>${value.best ? html`<strong>${text}</strong>` : text}${interval(row, value.low, value.high)}${
      difference
        ? html`<br><small>${number(row, difference.value, true)}${interval(row, difference.low, difference.high)}</small>`
        : null
    }</td>`;
  };
  return html`<section>
<h2>Final values</h2>
<div class="scroll"><table>
<thead><tr><th>Metric</th>${set.series.map((each) => html`<th>${headOf(each)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${row.title} <small>${row.unit}</small></th>${row.cells.map(cell(row))}</tr>`)}</tbody>
</table></div>
<p class="caption">Small print under a value: its difference to ${baseline ? seriesTitle(baseline) : 'the baseline'}. Samples are paired by prompt with a bootstrap of 10 000 draws; metrics by seed with Student's interval, none for one seed. Bold: better than every other by an interval that excludes 0.</p>
</section>`;
}

const ACROSS = { width: 1120, height: 260 };

/** Options that differ, then where each series ended. */
function sweepSection({ set, rows, view }: CompareReportSource): Html | null {
  const axes = parallelAxes(set, rows);
  if (axes.length < 2) return null;
  const words = {
    title: 'Options and ends',
    note: 'options that differ, then where each series ended',
    label: parallelLabel(axes, set),
  };
  const option = (tokens: ChartTokens) => parallelOption(axes, set, { hidden: view.hidden, focus: null }, tokens);
  return html`<section>
<h2>Sweep</h2>
${optionFigure(words, option, { id: 'sweep', ...ACROSS })}
</section>`;
}

/** Gao's fits, where evaluations of gold and KL are there. */
function fitSection({ set, view, overoptimised }: CompareReportSource): Html | null {
  const chart = overoptimisationChart(overoptimised, set.series, view.hidden);
  if (!chart) return null;
  const withError = (value: number, error: number) => html`${fixed(value, 3)} <small>±${fixed(error, 3)}</small>`;
  const row = (each: OveroptimisedSeries) => {
    const { series: key, fit, points } = each;
    const series = set.series.find((one) => one.key === key);
    if (!series || view.hidden.includes(key)) return null;
    const cells = fit
      ? html`<td>${withError(fit.alpha, fit.alphaError)}</td><td>${withError(fit.beta, fit.betaError)}</td><td>${fixed(fit.r2, 2)}</td><td>${peakText(each)}</td>`
      : html`<td colspan="4">${whole(points.length)} evaluations: a fit needs four at different distances</td>`;
    return html`<tr><th scope="row">${headOf(series)}</th>${cells}</tr>`;
  };
  return html`<section>
<h2>Over-optimisation</h2>
<div class="wide">${chartFigure('Gold gained over √KL', chart, { id: 'overoptimisation', ...WIDE })}</div>
<div class="scroll"><table>
<thead><tr><th>gold = d (α − β ln d)</th><th>α</th><th>β</th><th>R²</th><th>Peak KL, nats</th></tr></thead>
<tbody>${overoptimised.map(row)}</tbody>
</table></div>
<p class="caption">Gao's form for RL, d = √KL. Where β is above 0 gold turns; the peak says at which KL. Behind &gt; stands the largest KL seen: the fit turns far beyond it.</p>
</section>`;
}

function verdictSection({ set, verdicts }: CompareReportSource): Html | null {
  if (verdicts.length === 0) return null;
  const nameOf = (key: string): Html => {
    const found = set.series.find((each) => each.key === key);
    return found ? headOf(found) : html`${markOf('ref')} ${key.replace(/^model:/, '')}`;
  };
  const row = (each: CompareVerdict) => html`<tr>
<th scope="row">${nameOf(each.a)} against ${nameOf(each.b)}</th><td class="text">${each.judge}</td>
<td>${percent(each.win / each.n)}</td><td>${percent(each.tie / each.n)}</td><td>${percent(each.loss / each.n)}</td>
<td>${percent(each.winRate)} <small>${fixed(100 * each.interval[0], 1)}–${fixed(100 * each.interval[1], 1)}</small></td>
<td>${percent(each.lengthControlled)}</td><td>${fixed(each.lengthA, 1)} / ${fixed(each.lengthB, 1)}</td><td>${whole(each.n)}</td>
</tr>`;
  return html`<section>
<h2>Win, tie and loss</h2>
<div class="scroll"><table>
<thead><tr><th>Pair</th><th>Judge</th><th>Win</th><th>Tie</th><th>Loss</th><th>Win rate <small>95%</small></th><th>At equal length</th><th>Tokens</th><th>n</th></tr></thead>
<tbody>${verdicts.map(row)}</tbody>
</table></div>
<p class="caption">Win rate = (wins + ½ ties) / n. At equal length: the win rate that AlpacaEval's regression predicts without a difference of length.</p>
</section>`;
}

function configSection({ set }: CompareReportSource): Html {
  const rows = set.differing.map(
    ({ key, values }) =>
      html`<tr><th scope="row"><code>${key}</code></th>${values.map((value) => html`<td class="text"><code>${shown(value)}</code></td>`)}</tr>`,
  );
  return html`<section>
<h2>Config</h2>
<p>${set.differing.length} of ${counted(set.options, 'option')} differ.</p>
<div class="scroll"><table class="config">
<thead><tr><th>Option</th>${set.series.map((each) => html`<th class="text">${headOf(each)}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
</section>`;
}

function runSection({ set, machine }: CompareReportSource): Html {
  const rows = set.series.flatMap((each) =>
    each.runs.map(
      (run) =>
        html`<tr><th scope="row">${headOf(each)}</th><td class="text">${run.name}</td><td>${run.seed === null ? MISSING : String(run.seed)}</td><td class="text">${run.status}</td></tr>`,
    ),
  );
  return html`<section>
<h2>Runs and machine</h2>
<div class="wide">
<table>
<thead><tr><th>Series</th><th class="text">Run</th><th>Seed</th><th class="text">Status</th></tr></thead>
<tbody>${rows}</tbody>
</table>
<table>${machine.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="text">${value}</td></tr>`)}</table>
</div>
</section>`;
}
