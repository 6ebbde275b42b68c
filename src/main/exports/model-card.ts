/** The model card (README.md with the hub's front matter) of an exported model, written from the record of the run that made it. */
import { posix, win32 } from 'node:path';
import { stringify } from 'yaml';
import { escapeMarkdown, markdownTable } from '../base/markup.ts';
import { type Licence, licenceFront } from './licence.ts';

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
  /** The hub's name of the library that reads it. */
  readonly library: string;
  readonly family: string;
  readonly parameters: number;
  /** Numbers of an adapter that is written alone; null: the whole model is. */
  readonly adapterParameters: number | null;
  /** A reward model: one number for a text instead of more text. */
  readonly scores: boolean;
  readonly licence: Licence | null;
  /** The base, where no run names it. */
  readonly base: string | null;
  readonly run: CardRun | null;
}

/** A place of this machine: more than one step from a root. What only begins with a slash ("/no_think") is a text. */
const isPlace = (text: string): boolean => win32.isAbsolute(text) && /[\\/].*[\\/]./.test(text) && !text.includes('\n');

/** Paths of this machine say nothing elsewhere: the last part stays, however deep in a value they lie. */
function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = value.replace(/^file:\/\/(?=\/|[A-Za-z]:)/, '');
    return isPlace(text) ? posix.basename(win32.basename(text)) : value;
  }
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutPlaces(each)]));
}

const shown = (value: unknown): string => {
  const told = withoutPlaces(value);
  return typeof told === 'string' ? told : (JSON.stringify(told) ?? '');
};

/** Names that the hub takes for models and data sets: one of another form makes a whole card invalid there. */
const HUB_NAME = /^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/;

type Fact = [what: string, value: string];

/** Methods that hold the model against no other. */
const WITHOUT_REFERENCE = new Set(['sft', 'reward']);

/** Keys that stand elsewhere in the card, or say only where files lay. */
const ELSEWHERE = new Set(['model', 'ref_model', 'dataset', 'eval_dataset', 'output_dir', 'method']);

const codeOf = (key: string): string => `\`${key.replace(/[`\s]+/g, ' ')}\``;

function runSection(run: CardRun): string[] {
  const facts: Fact[] = [
    ['Run', run.name],
    ['Method', run.method],
    ['Started from', shown(run.model ?? run.config.model ?? 'not recorded')],
    ...(WITHOUT_REFERENCE.has(run.method)
      ? []
      : [['Reference', shown(run.referenceModel ?? run.config.ref_model ?? 'the model as it started')] as Fact]),
    ['Data', shown(run.dataset ?? run.config.dataset ?? 'none: prompts of a built-in task')],
    ['Seed', shown(run.config.seed ?? 'default')],
    ['Steps', run.status === 'finished' ? `${run.step}` : `${run.step} of ${run.maxSteps} (${run.status})`],
    ['Finished', run.endedAt ?? 'not finished'],
    ['Seconds', run.seconds === null ? 'not recorded' : run.seconds.toFixed(0)],
  ];
  const options = Object.entries(run.config)
    .filter(([key, value]) => !ELSEWHERE.has(key) && value !== null && value !== undefined)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => [codeOf(key), escapeMarkdown(shown(value))]);
  const metrics = Object.entries(run.latest)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => [codeOf(key), value === null ? 'not finite' : String(Number(value.toPrecision(6)))]);
  return [
    '## Training',
    '',
    markdownTable(
      ['', ''],
      facts.map(([what, value]) => [what, escapeMarkdown(value)]),
    ),
    '',
    '### Options',
    '',
    markdownTable(['option', 'value'], options),
    '',
    '### Metrics, the last value of each',
    '',
    metrics.length > 0 ? markdownTable(['metric', 'value'], metrics) : 'None were recorded.',
  ];
}

/** The whole file. */
export function modelCard(facts: CardFacts): string {
  const { name, format, library, family, parameters, adapterParameters, scores, licence, base, run } = facts;
  const from = shown(run?.model ?? run?.config.model ?? base ?? '');
  const data = shown(run?.dataset ?? run?.config.dataset ?? '');
  const front = {
    ...licenceFront(licence),
    library_name: library,
    pipeline_tag: scores ? 'text-classification' : 'text-generation',
    ...(HUB_NAME.test(from) ? { base_model: from } : {}),
    // a name without an owner is one of this workspace
    ...(HUB_NAME.test(data) && data.includes('/') ? { datasets: [data] } : {}),
    tags: ['plumbline', ...(scores ? ['reward-model'] : []), ...(run ? [run.method] : [])],
  };
  const count = (n: number) => `${n.toLocaleString('en-US')} parameters`;
  const whole = `${family} ${scores ? 'reward model (one score for a text)' : 'model'} of ${count(parameters)}`;
  const what = adapterParameters === null ? `A ${whole}` : `An adapter of ${count(adapterParameters)} for a ${whole}`;
  return [
    '---',
    stringify(front).trimEnd(),
    '---',
    `# ${escapeMarkdown(name)}`,
    '',
    `${escapeMarkdown(what)}, written by Plumbline as ${format}.`,
    ...(run || from === '' ? [] : [`Its base model: ${escapeMarkdown(from)}.`]),
    licence === null
      ? 'The licence of the base model was not found; look it up before the model is passed on.'
      : `Licence of the base model: ${escapeMarkdown(licence.name ?? licence.id)}.`,
    '',
    ...(run ? runSection(run) : ['No record of a training run belongs to it.']),
    '',
  ].join('\n');
}
