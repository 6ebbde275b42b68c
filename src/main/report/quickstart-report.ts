/** A quickstart as one HTML file: table, what must be said beside it, curves, answers side by side, settings; it needs no network and no script. */
import { CurveBook } from '../../charts/curve-book.ts';
import { methodLook } from '../../charts/method-looks.ts';
import { chartGroups } from '../../charts/metric-groups.ts';
import { dateTime, duration, fixed, MISSING, percent, shown, whole } from '../../charts/numbers.ts';
import { goldByKl, goldBySteps, KEY_CHARTS } from '../../charts/quickstart-charts.ts';
import { quickstartNotes, verdictOf, winMinusLossText } from '../../charts/quickstart-notes.ts';
import { specChart } from '../../charts/spec-chart.ts';
import type { QuickstartComparison, QuickstartModel, QuickstartState } from '../../preload/contract/quickstart.ts';
import type { MetricPoint } from '../../preload/contract/runs.ts';
import { chartFigure } from './draw-chart.ts';
import { type Html, html, trusted } from './html.ts';
import { POLICY } from './policy.ts';
import { reportStyles } from './stylesheet.ts';

/** A run of the quickstart with its curves and its whole config. */
export interface ReportedRun {
  readonly title: string;
  readonly method: string;
  readonly name: string;
  readonly maxSteps: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly points: readonly MetricPoint[];
}

export interface ReportSource {
  readonly state: QuickstartState;
  readonly runs: readonly ReportedRun[];
  /** When the last stage ended, as ISO date. */
  readonly endedAt: string;
  /** Program, runtime, machine: name and value. */
  readonly machine: readonly (readonly [string, string])[];
}

const WIDE = { width: 560, height: 280 };
const SMALL = { width: 370, height: 170 };
const SMOOTHING = 0.6;

export function quickstartReport(source: ReportSource): string {
  const { state } = source;
  const title = `Quickstart on ${state.task}, seed ${state.seed}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(reportStyles())}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>${state.taskTitle}. One reference and what each method makes of it, on ${whole(state.prompts)} prompts that nobody trained on. ${dateTime(source.endedAt)}, ${duration(state.seconds)} in all.</p>
</header>
${[modelSection(state), comparisonSection(state), goldSection(source), curveSection(source), sampleSection(state)]}
${[timeSection(source), configSection(source)]}
</main>
</body>
</html>
`;
  return page.html;
}

/** A method's mark, coloured as everywhere. */
const markOf = (method: string): Html => {
  const { colour, shape } = methodLook(method);
  return html`<i class="mark ${shape}" style="--mark: var(--pl-${colour})" aria-hidden="true"></i>`;
};

function modelSection(state: QuickstartState): Html {
  const row = (model: QuickstartModel) => html`<tr>
<th scope="row">${markOf(model.method === 'sft' ? 'ref' : model.method)} ${model.title}</th>
<td><strong>${fixed(model.gold, 2)}</strong></td><td>${fixed(model.quality, 2)}</td><td>${fixed(model.kl, 2)}</td><td>${fixed(model.tokens, 1)}</td>
<td>${percent(model.ended)}</td><td>${percent(model.offGrammar)}</td><td>${model.labels === null ? MISSING : whole(model.labels)}</td>
</tr>`;
  const notes = quickstartNotes(state).map(({ claim, text }) => html`<p><strong>${claim}</strong> ${text}</p>`);
  return html`<section>
<h2>Models</h2>
<div class="scroll"><table>
<thead><tr><th>Model</th><th>Gold reward</th><th>Quality <small>1–5</small></th><th>KL <small>nats</small></th><th>Length <small>tokens</small></th>
<th>Ends by itself</th><th>Off grammar</th><th>Labels used</th></tr></thead>
<tbody>${state.models.map(row)}</tbody>
</table></div>
<aside aria-label="What to know before reading the table">${notes}</aside>
<p class="caption">Gold reward: read back from the words by the task's own rules. Quality: place of the answer among demonstrations for its prompt, 1 below all, 5 above all.
KL: mean of ln π − ln π_ref over the model's own answers. Off grammar: answers that the demonstrations' grammar cannot have made. Labels: different preferences of the rater, those of the reward model included.</p>
</section>`;
}

const runOptions = ({ runs }: Pick<ReportSource, 'runs'>, method: string): Readonly<Record<string, unknown>> =>
  runs.find((run) => run.method === method)?.config ?? {};

/** Win, tie, loss in this order; the numbers stand beside. */
const bar = ({ win, tie, loss, n }: QuickstartComparison): Html => {
  const part = (kind: string, count: number) =>
    count > 0 ? html`<span class="${kind}" style="flex: ${count}"></span>` : null;
  const label = `win ${percent(win / n)}, tie ${percent(tie / n)}, loss ${percent(loss / n)}`;
  return html`<div class="bar" role="img" aria-label="${label}">${[part('win', win), part('tie', tie), part('loss', loss)]}</div>`;
};

function comparisonSection(state: QuickstartState): Html {
  const model = (name: string) => state.models.find((each) => each.name === name);
  const row = (pair: QuickstartComparison) => html`<tr>
<th scope="row">${markOf(model(pair.a)?.method ?? '')} ${model(pair.a)?.title ?? pair.a}</th>
<td class="bars">${bar(pair)}</td><td>${percent(pair.win / pair.n)}</td><td>${percent(pair.tie / pair.n)}</td><td>${percent(pair.loss / pair.n)}</td>
<td>${percent(pair.winRate)} <small>${fixed(100 * pair.interval[0], 1)}–${fixed(100 * pair.interval[1], 1)}</small></td>
<td>${winMinusLossText(pair)}</td><td>${verdictOf(pair)}</td>
</tr>`;
  const against = [...new Set(state.comparisons.map(({ b }) => b))].map(
    (name) => html`<tr class="group"><th colspan="8">against ${model(name)?.title ?? name}</th></tr>
${state.comparisons.filter(({ b }) => b === name).map(row)}`,
  );
  return html`<section>
<h2>Win, tie and loss</h2>
<div class="scroll"><table>
<thead><tr><th>Model</th><th class="bars"><i class="key win"></i>win <i class="key tie"></i>tie <i class="key loss"></i>loss</th><th>Win</th><th>Tie</th><th>Loss</th>
<th>Win rate <small>95%</small></th><th>Win − loss <small>95%</small></th><th>Verdict</th></tr></thead>
<tbody>${against}</tbody>
</table></div>
<p class="caption">Win rate = (wins + ½ ties) / n with Wilson's interval; win − loss is per prompt with Student's interval over ${whole(state.prompts)} prompts. A draw: the interval of win − loss holds 0.</p>
</section>`;
}

const goldSection = ({ state, ...source }: ReportSource): Html => html`<section>
<h2>Gold reward while the methods learn</h2>
<div class="wide">
${[
  chartFigure('Gold reward by step', goldBySteps(state), { id: 'steps', ...WIDE }),
  chartFigure('Gold reward against KL', goldByKl(state), { id: 'kl', ...WIDE }),
]}
</div>
<p class="caption">Fresh answers to ${whole(Number(runOptions(source, 'dpo').eval_prompts))} held-out prompts at every evaluation, temperature 1, always with the same random numbers; all start as the reference. PPO and RLOO take ${whole(Number(state.options.ppo_steps))} steps of 64 answers, the two DPO ${whole(Number(state.options.dpo_steps))} steps of 32 pairs. In the right chart up is better and left is closer to the reference; the points of a method are joined in the order of steps.</p>
</section>`;

function curveSection({ runs }: ReportSource): Html {
  const drawn = runs.filter(({ method }) => KEY_CHARTS[method]).map(runCurves);
  return html`<section>
<h2>Learning curves</h2>
${drawn}
<p class="caption">Thin lines: each step. Strong lines: smoothed over about ${whole(1 / (1 - SMOOTHING))} steps. Dots: evaluations on what was held out. Two colours: chosen answers teal, rejected ones orange and dashed.</p>
</section>`;
}

function runCurves({ title, method, name, points, maxSteps }: ReportedRun): Html {
  const book = new CurveBook();
  book.append(points);
  const specs = chartGroups(book, { axis: 'step', method }).flatMap(({ charts }) => charts);
  const figures = (KEY_CHARTS[method] ?? []).flatMap((id, index) => {
    const spec = specs.find((each) => each.id === id);
    const { colour } = methodLook(method);
    if (!spec) return [];
    // names at the ends would take a third of so small a chart: the caption says what the lines are
    const chart = { ...specChart(spec, colour, 'step', SMOOTHING, maxSteps), endLabels: false };
    return [chartFigure(id, chart, { id: `${method}-${index}`, ...SMALL })];
  });
  return html`<h3>${markOf(method)} ${title} <small>${name}</small></h3>
<div class="small">${figures}</div>`;
}

function sampleSection({ samples, models }: QuickstartState): Html {
  const titleOf = (name: string) => models.find((model) => model.name === name);
  const ordered = models.flatMap(({ name }) => (name === null ? [] : [name]));
  const block = ({ prompt, answers }: QuickstartState['samples'][number]) => html`<article>
<p class="prompt">${prompt}</p>
<table>${ordered.map((name) => {
    const answer = answers.find(({ model }) => model === name);
    const model = titleOf(name);
    return answer && model
      ? html`<tr><th scope="row">${markOf(model.method === 'sft' ? 'ref' : model.method)} ${model.title}</th><td class="text">${answer.completion || '(empty)'}</td><td>${fixed(answer.gold, 2)}</td></tr>`
      : null;
  })}</table>
</article>`;
  return html`<section>
<h2>Answers side by side</h2>
${samples.map(block)}
<p class="caption">The first held-out prompts, one answer each at temperature 1; at the right the gold reward.</p>
</section>`;
}

function timeSection({ state, machine }: ReportSource): Html {
  const rows = state.stages.flatMap(({ title, run }) =>
    run
      ? [
          html`<tr><th scope="row">${title}</th><td class="text">${run.name}</td><td>${duration(run.seconds)}</td><td>${duration(run.cpuSeconds)}</td></tr>`,
        ]
      : [],
  );
  const cpu = state.stages.reduce((total, { run }) => total + (run?.cpuSeconds ?? 0), 0);
  return html`<section>
<h2>Time and machine</h2>
<div class="wide">
<table>
<thead><tr><th>Stage</th><th class="text">Run</th><th>Time</th><th>Processor</th></tr></thead>
<tbody>${rows}<tr><th scope="row">All</th><td></td><td><strong>${duration(state.seconds)}</strong></td><td><strong>${duration(cpu)}</strong></td></tr></tbody>
</table>
<table>${machine.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="text">${value}</td></tr>`)}</table>
</div>
<p class="caption">Stages that do not need each other ran side by side, so their times add up to more than the whole. Processor time does not depend on what else the machine did.</p>
</section>`;
}

function configSection({ state, runs }: ReportSource): Html {
  const options = Object.entries(state.options).filter(([key]) => key !== 'method');
  const table = (config: readonly (readonly [string, unknown])[]) =>
    html`<table class="config">${config.map(([key, value]) => html`<tr><th scope="row"><code>${key}</code></th><td class="text"><code>${shown(value)}</code></td></tr>`)}</table>`;
  const details = runs.map(
    ({ title, name, config }) =>
      html`<details><summary>${title} <small>${name}</small></summary>${table(Object.entries(config))}</details>`,
  );
  return html`<section>
<h2>Settings</h2>
<p>Seed ${state.seed} draws demonstrations, first weights, prompts, pairs, labels and samples; the same seed gives the same numbers on the same machine.</p>
${table(options)}
${details}
</section>`;
}
