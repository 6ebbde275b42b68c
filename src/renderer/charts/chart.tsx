/** Owns one ECharts instance: made on mount, resized with its box, redrawn when the option changes and it is in view. */
import { LineChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  DataZoomInsideComponent,
  LabelLayout,
  CanvasRenderer,
]);

export interface ChartProps {
  readonly option: EChartsCoreOption;
  readonly label: string;
  readonly height: number;
}

interface Drawing {
  readonly chart: EChartsType;
  visible: boolean;
  waiting: EChartsCoreOption | null;
}

function draw(drawing: Drawing): void {
  if (!drawing.visible || !drawing.waiting) return;
  drawing.chart.setOption(drawing.waiting, { notMerge: true, lazyUpdate: true });
  drawing.waiting = null;
}

export function Chart({ option, label, height }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const own: Drawing = { chart: init(element), visible: false, waiting: null };
    drawing.current = own;
    const resized = new ResizeObserver(() => own.chart.resize());
    const seen = new IntersectionObserver(([entry]) => {
      own.visible = entry.isIntersecting;
      draw(own);
    });
    resized.observe(element);
    seen.observe(element);
    const reset = () => own.chart.dispatchAction({ type: 'dataZoom', start: 0, end: 100 });
    element.addEventListener('dblclick', reset);
    return () => {
      resized.disconnect();
      seen.disconnect();
      element.removeEventListener('dblclick', reset);
      own.chart.dispose();
      drawing.current = null;
    };
  }, []);
  useEffect(() => {
    if (!drawing.current) return;
    drawing.current.waiting = option;
    draw(drawing.current);
  }, [option]);
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
