/** What the Lab fetches: its runs, the numbers of the prompt and pair that are looked at, and what moves while a run goes on. */
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type { LabRun, LabWorld } from '../../../preload/contract/index.ts';
import { useCall } from '../../host.ts';

/** A slider that is drawn asks when it rests. */
const REST_MS = 120;

export const worldOf = ({ beta, scale, points }: LabWorld): LabWorld => ({ beta, scale, points });

export const sameWorld = (a: LabWorld, b: LabWorld): boolean =>
  JSON.stringify(worldOf(a)) === JSON.stringify(worldOf(b));

/** The run named by the address, else the newest. */
export function useLabRun(wanted: string | undefined) {
  const runs = useCall('lab.runs', {}, { fresh: true });
  const run = runs.data?.find(({ id }) => id === wanted) ?? runs.data?.[0];
  return { runs, run };
}

export interface Looking {
  readonly prompt: number;
  readonly pair: number;
  readonly world: LabWorld;
}

export function useLabView(run: LabRun | undefined, { prompt, pair, world }: Looking) {
  const [settled] = useDebouncedValue(world, REST_MS);
  return useCall(
    'lab.view',
    { id: run?.id ?? '', prompt, pair, world: settled },
    { enabled: run !== undefined, keep: true },
  );
}

const PLAY_MS = 140;

/** Walks through `count` places, from the start when it stands at the end; stops there. */
export function usePlay(count: number, place: number, onPlace: (place: number) => void) {
  const [playing, setPlaying] = useState(false);
  const now = useRef(place);
  now.current = place;
  const move = useRef(onPlace);
  move.current = onPlace;
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      const next = now.current + 1;
      if (next >= count) setPlaying(false);
      else move.current(next);
    }, PLAY_MS);
    return () => clearInterval(timer);
  }, [playing, count]);
  const toggle = () => {
    if (!playing && place >= count - 1) onPlace(0);
    setPlaying(!playing && count > 1);
  };
  return { playing, toggle };
}
