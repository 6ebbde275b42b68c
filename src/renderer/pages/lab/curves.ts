/** The lab's curves over training, as charts. */
import type { Line, LineChart } from '../../../charts/line-chart.ts';
import { methodLook } from '../../../charts/method-looks.ts';
import type { LabMethod, LabPolicy, LabView } from '../../../preload/contract/index.ts';
import type { Scope } from './mass.tsx';

const points = ({ looks }: LabMethod, of: (policy: LabPolicy) => number) =>
  looks.map((look) => [look.step, of(look)] as const);

const shares = { xName: 'step', unit: 'share', smoothing: 0, fromZero: true, toOne: true, endLabels: true } as const;

/** Where one method's mass goes. */
export function massChart(method: LabMethod, scope: Scope, steps: number): LineChart {
  const massOf = (policy: LabPolicy) => (scope === 'all' ? policy.mass : policy.pairMass);
  return {
    ...shares,
    xMax: steps,
    lines: [
      { name: 'chosen', colour: 'chosen-fill', points: points(method, (policy) => massOf(policy).chosen) },
      {
        name: 'rejected',
        colour: 'rejected-fill',
        dash: 'rejected',
        points: points(method, (policy) => massOf(policy).rejected),
      },
      {
        name: 'elsewhere',
        colour: 'tie-fill',
        dash: 'reference',
        points: points(method, (policy) => massOf(policy).elsewhere),
      },
    ],
  };
}

/** Pairs whose chosen answer is less likely than at the start. */
export const displacementChart = (method: LabMethod, steps: number): LineChart => ({
  ...shares,
  unit: 'share of pairs',
  xMax: steps,
  lines: [
    { name: 'y⁺ below start', colour: 'chosen-fill', points: points(method, (policy) => policy.chosenBelow) },
    {
      name: 'both fall',
      colour: 'rejected-fill',
      dash: 'rejected',
      points: points(method, (policy) => policy.bothFall),
    },
  ],
});

const methodLines = (methods: readonly LabMethod[], of: (policy: LabPolicy) => number): Line[] =>
  methods.map((method, i) => {
    const { colour, shape } = methodLook(method.method);
    const earlier = methods.slice(0, i).some((other) => methodLook(other.method).colour === colour);
    return {
      name: method.title,
      colour,
      dash: earlier ? 'variant' : undefined,
      mark: shape,
      points: points(method, of),
    };
  });

export const gapChart = ({ methods, run }: LabView): LineChart => ({
  lines: methodLines(methods, (policy) => policy.betaKl),
  xName: 'step',
  xMax: run.options.steps,
  unit: 'β·KL(π || π*)',
  smoothing: 0,
  fromZero: true,
  endLabels: true,
});

export const outsideChart = ({ methods, run, reference }: LabView): LineChart => ({
  lines: methodLines(methods, (policy) => policy.outside),
  xName: 'step',
  xMax: run.options.steps,
  unit: 'share',
  smoothing: 0,
  fromZero: true,
  endLabels: true,
  anchors: [{ y: reference.outside, label: 'reference' }],
});
