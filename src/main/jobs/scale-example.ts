/** Razin's example (2410.08847) as one job: the first setting of its study, one seed, kept under a name that its numbers decide. */
import { type CellTask, cellName, isDone, readResults, taskOf } from '../reproduce/cell.ts';
import type { ScaleLook } from '../reproduce/kinds/graded-scale.ts';
import { scaleExample } from '../reproduce/studies/razin.ts';

/** `cells`: the folder of kept cells. */
export const scaleTask = (cells: string): CellTask => taskOf(scaleExample(), cells);

export const isScaleTask = (config: Readonly<Record<string, unknown>>): boolean =>
  config.name === cellName(scaleExample());

/** What was found; undefined as long as it was not done. */
export function scaleResult(cells: string): { offline: ScaleLook[]; online: ScaleLook[] } | undefined {
  const cell = scaleExample();
  return isDone(cell, cells) ? readResults(cells).of(cell) : undefined;
}
