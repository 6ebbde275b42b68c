/** Charts as SVG text, drawn without a page: the same options as on screen, their colours left to the stylesheet. */
import { LineChart as LineSeries } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { chartTokens } from '../../charts/chart-tokens.ts';
import { chartLabel, type LineChart, lineChartOption } from '../../charts/line-chart.ts';
import { type Html, html, trusted } from './html.ts';

use([LineSeries, GridComponent, MarkLineComponent, LabelLayout, SVGRenderer]);

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

function drawChart(chart: LineChart, { id, width, height }: ChartPlace): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height });
  // what answers a pointer is of no use on paper
  const { tooltip: _tooltip, dataZoom: _zoom, ...option } = lineChartOption(chart, BY_REFERENCE);
  // text is placed without being measured: the axis name needs a little more room than on screen
  drawing.setOption({ ...option, grid: { ...(option.grid as object), bottom: 40 } });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  // names of the drawing's parts count on from drawing to drawing: the same chart is to be the same text
  // and rules for a pointer have nothing to answer
  return svg
    .replaceAll(/<style ?>.*?<\/style>/gs, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`);
}
