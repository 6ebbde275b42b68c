/** Charts as SVG text, drawn without a page: the same options as on screen, their colours left to the stylesheet. */
import { CustomChart, LineChart as LineSeries, ParallelChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { type ChartTokens, chartTokens } from '../../charts/chart-tokens.ts';
import { chartLabel, type LineChart, lineChartOption } from '../../charts/line-chart.ts';
import { escapeHtml } from '../base/markup.ts';
import { type Html, html, trusted } from './html.ts';
import { lightTokens } from './light-tokens.ts';

use([
  LineSeries,
  CustomChart,
  ParallelChart,
  ParallelComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  LabelLayout,
  SVGRenderer,
]);

/** Colours by reference, so that one drawing serves both schemes. */
const BY_REFERENCE = chartTokens((name) => `var(--pl-${name})`);

export interface ChartPlace {
  /** Of no other chart in the file. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** Title and unit above, the drawing below. */
export function chartFigure(title: string, chart: LineChart, place: ChartPlace): Html {
  return html`<figure role="img" aria-label="${chartLabel(title, chart)}">
<figcaption><strong>${title}</strong> <span>${chart.unit}</span></figcaption>
${trusted(drawChart(chart, place))}
</figure>`;
}

/** A drawing of another kind than lines; `optionFrom` gets the colours by reference. */
export function optionFigure(
  { title, note, label }: { readonly title: string; readonly note: string; readonly label: string },
  optionFrom: (tokens: ChartTokens) => EChartsCoreOption,
  place: ChartPlace,
): Html {
  return html`<figure role="img" aria-label="${label}">
<figcaption><strong>${title}</strong> <span>${note}</span></figcaption>
${trusted(draw(optionFrom(BY_REFERENCE), place))}
</figure>`;
}

/** Size of a chart that stands alone, and the room for its legend at the right. */
const ALONE = { width: 720, height: 400, legend: 170 };

/** A file of its own for a Markdown page, which has no stylesheet: title, unit and a legend in it, in the colours of the light scheme. */
export function chartFile(title: string, chart: LineChart): string {
  // names of fonts in quotes would end the attribute they stand in
  const tokens = { ...lightTokens(), font: 'sans-serif' };
  const option = lineChartOption({ ...chart, endLabels: false }, tokens);
  const text = { color: tokens.colour.text, fontFamily: tokens.font };
  const svg = draw(
    {
      ...option,
      backgroundColor: tokens.colour.surface,
      title: {
        text: title,
        subtext: chart.unit,
        left: 8,
        top: 6,
        textStyle: { ...text, fontSize: 14 },
        subtextStyle: { ...text, fontSize: 12 },
      },
      legend: { orient: 'vertical', right: 8, top: 60, itemWidth: 22, textStyle: { ...text, fontSize: 11 } },
      grid: { ...(option.grid as object), top: 60, bottom: 44, right: ALONE.legend },
    },
    { id: 'chart', ...ALONE },
  );
  return `${svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(chartLabel(title, chart))}" `)}\n`;
}

function drawChart(chart: LineChart, place: ChartPlace): string {
  const option = lineChartOption(chart, BY_REFERENCE);
  // text is placed without being measured: the axis name needs a little more room than on screen
  return draw({ ...option, grid: { ...(option.grid as object), bottom: 40 } }, place);
}

function draw(option: EChartsCoreOption, { id, width, height }: ChartPlace): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height });
  // what answers a pointer is of no use on paper
  const { tooltip: _tooltip, dataZoom: _zoom, ...still } = option;
  drawing.setOption(still);
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  // names of the drawing's parts count on from drawing to drawing: the same chart is to be the same text
  // and rules for a pointer have nothing to answer
  return svg
    .replaceAll(/<style ?>.*?<\/style>/gs, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`);
}
