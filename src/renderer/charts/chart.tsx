/** Owns one ECharts instance: made on mount, resized with its box, redrawn when the option changes and it is in view. */
import { CustomChart, LineChart, ParallelChart } from 'echarts/charts';
import {
  DataZoomInsideComponent,
  GridComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
} from 'echarts/components';
import { connect, type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { cancelDrawing, enqueueDrawing } from './draw-queue.ts';
import { joinZoomGroup, type Part } from './zoom-group.ts';

use([
  LineChart,
  CustomChart,
  ParallelChart,
  ParallelComponent,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  DataZoomInsideComponent,
  LabelLayout,
  CanvasRenderer,
  SVGRenderer,
]);

/** What can be taken from a chart that is on screen. */
export interface ChartHandle {
  /** Twice the size on screen, on the page's own background. */
  png(): Promise<Blob>;
  svg(): string;
}

export interface ChartProps {
  readonly option: EChartsCoreOption;
  readonly label: string;
  readonly description?: string;
  readonly height: number;
  /** Charts of one group share their pointer. */
  readonly group?: string;
  /** Charts of one zoom group show the same part of their axis; for charts that are dear to draw. */
  readonly zoomGroup?: string;
  /** Enter on the chart. */
  readonly onOpen?: () => void;
  /** Which part of the x axis is shown, as percent of it; null: all. */
  readonly onWindow?: (part: Part | null) => void;
  readonly handle?: Ref<ChartHandle>;
}

/** Frames without a change that a chart asks for before it rests; ECharts' own ten keep a page with live charts drawing without end. */
const STILL_FRAMES = 1;

/** The chart of a box: made when it first comes into view, as a page holds dozens that are never looked at. */
class Drawing {
  visible = false;
  waiting: EChartsCoreOption | null = null;
  #chart: EChartsType | undefined;
  readonly #element: HTMLElement;
  readonly #onMade: (chart: EChartsType) => void;

  constructor(element: HTMLElement, onMade: (chart: EChartsType) => void) {
    this.#element = element;
    this.#onMade = onMade;
  }

  get made(): EChartsType | undefined {
    return this.#chart;
  }

  /** The chart with all that it was given, whether it was in view or not. */
  complete(): EChartsType {
    const chart = this.#make();
    if (this.waiting) chart.setOption(this.waiting, { replaceMerge: ['series'] });
    this.waiting = null;
    return chart;
  }

  readonly draw = (): void => {
    if (this.visible && this.waiting) this.complete();
  };

  #make(): EChartsType {
    if (this.#chart) return this.#chart;
    const chart = init(this.#element);
    chart.getZr().setSleepAfterStill(STILL_FRAMES);
    this.#chart = chart;
    this.#onMade(chart);
    return chart;
  }

  /** Of its box; a chart has that size from the beginning, and asking for it again would lay the page out. */
  resize({ width, height }: { readonly width: number; readonly height: number }): void {
    const chart = this.#chart;
    if (!chart || (Math.abs(chart.getWidth() - width) < 1 && Math.abs(chart.getHeight() - height) < 1)) return;
    chart.resize();
  }

  dispose(): void {
    this.#chart?.dispose();
  }
}

const resetZoom = (chart: EChartsType | undefined) => chart?.dispatchAction({ type: 'dataZoom', start: 0, end: 100 });

/** Points of the longest line: where the pointer can stand. */
function longestSeries(chart: EChartsType): { readonly index: number; readonly length: number } {
  // a chart that was not drawn yet has no option, whatever ECharts' types say
  const option = chart.getOption() as
    | { readonly series?: readonly { readonly data?: readonly unknown[] }[] }
    | undefined;
  const series = option?.series ?? [];
  const lengths = series.map(({ data }) => data?.length ?? 0);
  const length = Math.max(0, ...lengths);
  return { index: lengths.indexOf(length), length };
}

/** Moves the pointer by points; null when the key is not the chart's. */
export function movePointer(key: string, at: number | null, length: number): number | null {
  if (length === 0) return null;
  const last = length - 1;
  if (key === 'ArrowRight') return at === null ? 0 : Math.min(last, at + 1);
  if (key === 'ArrowLeft') return at === null ? last : Math.max(0, at - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}

async function pngOf(chart: EChartsType, background: string): Promise<Blob> {
  const canvas = chart.renderToCanvas({ pixelRatio: 2, backgroundColor: background });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png');
  });
}

/** The same option drawn by the SVG renderer, off screen. */
function svgOf(chart: EChartsType, option: EChartsCoreOption): string {
  const size = { width: chart.getWidth(), height: chart.getHeight() };
  const drawn = init(null, null, { renderer: 'svg', ssr: true, ...size });
  drawn.setOption(option);
  const text = drawn.renderToSVGString();
  drawn.dispose();
  return text;
}

const surface = () => getComputedStyle(document.documentElement).getPropertyValue('--pl-surface').trim();

interface ZoomEvent {
  readonly start?: number;
  readonly end?: number;
  readonly batch?: readonly ZoomEvent[];
}

function partOf(event: ZoomEvent): Part {
  const { start = 0, end = 100 } = event.batch?.[0] ?? event;
  return [start, end];
}

export function Chart(props: ChartProps) {
  const { option, label, description, height, group, zoomGroup, onOpen, onWindow, handle } = props;
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const pointer = useRef<number | null>(null);
  const moved = useRef(onWindow);
  moved.current = onWindow;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let zoom: ReturnType<typeof joinZoomGroup> | undefined;
    const own = new Drawing(element, (chart) => {
      if (group) {
        chart.group = group;
        connect(group);
      }
      zoom = zoomGroup === undefined ? undefined : joinZoomGroup(zoomGroup, chart);
      chart.on('datazoom', (event) => {
        const part = partOf(event as ZoomEvent);
        if (zoom?.moved(part) === false) return;
        moved.current?.(part[0] <= 0 && part[1] >= 100 ? null : part);
      });
    });
    drawing.current = own;
    const resized = new ResizeObserver((entries) => own.resize(entries[entries.length - 1].contentRect));
    // several may come at once, of which the last is how it is now
    const seen = new IntersectionObserver((entries) => {
      own.visible = entries[entries.length - 1].isIntersecting;
      enqueueDrawing(own.draw);
    });
    resized.observe(element);
    seen.observe(element);
    const reset = () => resetZoom(own.made);
    element.addEventListener('dblclick', reset);
    return () => {
      cancelDrawing(own.draw);
      resized.disconnect();
      seen.disconnect();
      element.removeEventListener('dblclick', reset);
      zoom?.leave();
      own.dispose();
      drawing.current = null;
    };
  }, [group, zoomGroup]);
  useEffect(() => {
    if (!drawing.current) return;
    drawing.current.waiting = option;
    enqueueDrawing(drawing.current.draw);
  }, [option]);
  useImperativeHandle(handle, () => ({
    png: () =>
      drawing.current ? pngOf(drawing.current.complete(), surface()) : Promise.reject(new Error('No chart.')),
    svg: () => (drawing.current ? svgOf(drawing.current.complete(), option) : ''),
  }));
  const onKeyDown = (event: KeyboardEvent) => {
    const chart = drawing.current?.complete();
    if (!chart || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' && onOpen) onOpen();
    else if (event.key === '0') resetZoom(chart);
    else {
      const { index, length } = longestSeries(chart);
      const next = movePointer(event.key, pointer.current, length);
      if (next === null) return;
      pointer.current = next;
      chart.dispatchAction({ type: 'showTip', seriesIndex: index, dataIndex: next });
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      className="pl-chart"
      role="img"
      aria-label={label}
      aria-description={description}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a chart is entered by Tab
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => {
        pointer.current = null;
        drawing.current?.made?.dispatchAction({ type: 'hideTip' });
      }}
      style={{ height, width: '100%' }}
    />
  );
}
