/** The lab's curves over training: where the mass goes, displacement, the gap to the optimum. */
import { useMemo } from 'react';
import type { LabMethod, LabView } from '../../../preload/contract/index.ts';
import { MetricChart } from '../../components/metric-chart.tsx';
import { displacementChart, gapChart, massChart, outsideChart } from './curves.ts';
import type { Scope } from './mass.tsx';
import '../run/run.css';

const CHART_HEIGHT = 176;

export function Curves({ view, scope }: { view: LabView; scope: Scope }) {
  const { steps } = view.run.options;
  const charts = useMemo(() => {
    const dpo = view.methods.find(({ method }) => method === 'dpo');
    // the two that the question is about come first
    const first = ['dpo', 'online_dpo'];
    const [early, late] = [true, false].map((wanted) =>
      view.methods.filter(({ method }) => first.includes(method) === wanted),
    );
    const massOf = (method: LabMethod) => ({
      title: method.title,
      help: 'Share of the probability on chosen answers, on rejected ones, and on all others.',
      chart: massChart(method, scope, steps),
    });
    return [
      ...early.reverse().map(massOf),
      ...(dpo
        ? [
            {
              title: 'Displacement',
              help: 'Offline DPO. Share of pairs whose chosen answer is less likely than under the reference; both fall: the rejected one too, while the margin rose.',
              chart: displacementChart(dpo, steps),
            },
          ]
        : []),
      { title: 'Gap to π*', help: 'β·KL(π || π*), which is J* − J exactly.', chart: gapChart(view) },
      {
        title: 'Outside π_ref',
        help: 'Probability of answers that the reference makes less often than 1 in 10 000.',
        chart: outsideChart(view),
      },
      ...late.map(massOf),
    ];
  }, [view, scope, steps]);
  return (
    <div className="pl-charts">
      {charts.map((each) => (
        <MetricChart key={each.title} height={CHART_HEIGHT} group="lab" {...each} />
      ))}
    </div>
  );
}
