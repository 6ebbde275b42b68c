/** The model card (README.md with the hub's front matter) of an exported model, written from the record of the run that made it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { markdownTable } from '../base/markup.ts';

/** The record of a run, as far as a card tells of it. */
export interface CardRun {
  readonly name: string;
  readonly method: string;
  readonly status: string;
  readonly model: string | null;
  readonly referenceModel: string | null;
  readonly dataset: string | null;
  readonly step: number;
  readonly maxSteps: number;
  readonly endedAt: string | null;
  readonly seconds: number | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly latest: Readonly<Record<string, number | null>>;
}

export interface CardFacts {
  readonly name: string;
  readonly format: string;
  readonly family: string;
  readonly parameters: number;
  readonly licence: string | null;
  /** The base, where no run names it. */
  readonly base: string | null;
  readonly run: CardRun | null;
}

/** Paths of this machine say nothing elsewhere: the last part stays. */
const shown = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  return isAbsolute(value) ? basename(value) : value;
};

/** Keys that stand elsewhere in the card, or say only where files lay. */
const ELSEWHERE = new Set(['model', 'ref_model', 'dataset', 'eval_dataset', 'output_dir', 'method']);

function runSection(run: CardRun): string[] {
  const facts: [string, string][] = [
    ['Method', run.method],
    ['Started from', run.model ?? shown(run.config.model ?? 'not recorded')],
    ['Reference', run.referenceModel ?? shown(run.config.ref_model ?? 'the model as it started')],
    ['Data', run.dataset ?? shown(run.config.dataset ?? 'none: prompts of a built-in task')],
    ['Seed', shown(run.config.seed ?? 'default')],
    ['Steps', run.status === 'finished' ? `${run.step}` : `${run.step} of ${run.maxSteps} (${run.status})`],
    ['Finished', run.endedAt ?? 'not finished'],
    ['Seconds', run.seconds === null ? 'not recorded' : run.seconds.toFixed(0)],
  ];
  const options = Object.entries(run.config)
    .filter(([key, value]) => !ELSEWHERE.has(key) && value !== null && value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => [`\`${key}\``, shown(value)]);
  const metrics = Object.entries(run.latest)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => [`\`${key}\``, value === null ? 'not finite' : String(Number(value.toPrecision(6)))]);
  return [
    '## Training',
    '',
    markdownTable(['', ''], facts),
    '',
    '### Options',
    '',
    markdownTable(['option', 'value'], options),
    '',
    '### Metrics at the last step',
    '',
    metrics.length > 0 ? markdownTable(['metric', 'value'], metrics) : 'None were recorded.',
  ];
}

/** The whole file. */
export function modelCard({ name, format, family, parameters, licence, base, run }: CardFacts): string {
  const from = run?.model ?? (typeof run?.config.model === 'string' ? shown(run.config.model) : base);
  const front = {
    ...(licence === null ? {} : { license: licence }),
    library_name: 'transformers',
    pipeline_tag: 'text-generation',
    ...(from === null || from === undefined ? {} : { base_model: from }),
    tags: ['plumbline', ...(run ? [run.method] : [])],
  };
  return [
    '---',
    stringify(front).trimEnd(),
    '---',
    `# ${name}`,
    '',
    `A ${family} model of ${parameters.toLocaleString('en-US')} parameters, written by Plumbline as ${format}.`,
    licence === null
      ? 'The licence of the base model was not found; look it up before the model is passed on.'
      : `Licence of the base model: ${licence}.`,
    '',
    ...(run ? runSection(run) : ['No record of a training run belongs to it.']),
    '',
  ].join('\n');
}

/** A card is a page or two. */
const MAX_CARD_BYTES = 4 << 20;

/** `license` of the front matter of the README.md in a folder; null when nothing says so. */
export function licenceOf(folder: string): string | null {
  const path = join(folder, 'README.md');
  if (!existsSync(path) || statSync(path).size > MAX_CARD_BYTES) return null;
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, 'utf8'))?.[1];
  if (front === undefined) return null;
  try {
    const { license } = (parse(front) ?? {}) as { license?: unknown };
    return typeof license === 'string' ? license : null;
  } catch {
    // a card of others that is no YAML says nothing; the export does not depend on it
    return null;
  }
}
