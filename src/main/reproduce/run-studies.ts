/** Runs studies: all their cells into one folder, then a report of each as JSON, Markdown and charts beside them. */
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { writeFileAtomic } from '../data/checkpoints/atomic.ts';
import { readResults } from './cell.ts';
import { type CellRunner, runCells } from './run-cells.ts';
import type { Study } from './study.ts';
import { studyLines } from './study-chart.ts';

export interface StudyRequest {
  readonly study: Study;
  /** Parsed by the study: what is left out has the published value. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface StudyDocument {
  readonly study: string;
  readonly title: string;
  readonly seeds: readonly number[];
  readonly settings: unknown;
  /** Of its cells and all they need; cells that studies share count in each. */
  readonly cpu_seconds: number;
  readonly result: unknown;
}

/** Writes `STUDY.json`, `STUDY.md` and `STUDY-CHART.svg` into `folder`; cells lie in `folder/cells`. */
export async function runStudies(
  requests: readonly StudyRequest[],
  seeds: readonly number[],
  folder: string,
  runner: CellRunner,
): Promise<StudyDocument[]> {
  makeFolder(folder);
  const cells = join(folder, 'cells');
  const plans = requests.map(({ study, settings }) => study.plan(settings, seeds));
  await runCells(plans.flat(), cells, runner);
  const results = readResults(cells);
  // the drawer is large, and a program that only runs cells has no use for it
  const { chartFile } = await import('../report/draw-chart.ts');
  return requests.map(({ study, settings }, i) => {
    const { result, markdown, charts = {} } = study.report(settings, seeds, results);
    const document = {
      study: study.id,
      title: study.title,
      seeds,
      settings: study.settings.parse(settings),
      cpu_seconds: results.cpuSeconds(plans[i]),
      result,
    };
    writeFileAtomic(join(folder, `${study.id}.json`), `${JSON.stringify(document, null, 1)}\n`);
    writeFileAtomic(join(folder, `${study.id}.md`), `${markdownOf(document, markdown, Object.keys(charts))}\n`);
    for (const [name, chart] of Object.entries(charts))
      writeFileAtomic(join(folder, `${study.id}-${name}.svg`), chartFile(chart.title, studyLines(chart)));
    return document;
  });
}

const markdownOf = (
  { study, title, seeds, cpu_seconds }: StudyDocument,
  text: string,
  charts: readonly string[],
): string =>
  [
    `## ${title}`,
    text,
    ...charts.map((name) => `![${name}](${study}-${name}.svg)`),
    `Seeds ${seeds.join(', ')}; ${Math.round(cpu_seconds)} CPU seconds.`,
  ].join('\n\n');
