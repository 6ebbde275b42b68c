/** What a run was planned to need beside what it took, as lines of `plumb runs show`. */
import type { RunDetail } from '../../../preload/contract/runs.ts';

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const seconds = (value: number): string => `${value.toPrecision(3)} s`;

function line(name: string, planned: number | null, found: number | null, show: (value: number) => string): string[] {
  if (planned === null && found === null) return [];
  const told = found === null ? 'not measured' : `measured ${show(found)}`;
  if (planned === null) return [`${name}: ${told}`];
  const ratio = found === null ? '' : ` (${(found / planned).toFixed(2)} of the plan)`;
  return [`${name}: planned ${show(planned)}, ${told}${ratio}`];
}

export function planLines({ plan, peakMemoryBytes, secondsPerStep }: RunDetail): string[] {
  const checkpointing = plan?.gradientCheckpointing ? ['gradient checkpointing was on'] : [];
  return [
    ...line('peak memory', plan?.peakMemoryBytes ?? null, peakMemoryBytes, gigabytes),
    ...line('a step', plan?.secondsPerStep ?? null, secondsPerStep, seconds),
    ...checkpointing,
  ];
}
