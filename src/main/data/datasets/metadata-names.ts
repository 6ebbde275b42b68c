/**
 * Metadata whose name a file's reader would take for a part of the row itself leaves as "metadata:NAME" and comes back as NAME, so that
 * an export holds it all and an import of it gives the same rows.
 */
import { formats } from '../formats/index.ts';
import { namesOfRoles } from './guess-columns.ts';
import { METADATA_PREFIX as PREFIX, SCORES } from './reserved-names.ts';

/** What rows of every kind are read from. */
const OF_ROWS: readonly string[] = [
  ...['prompt', 'chosen', 'rejected', 'completion', 'label', 'system'],
  ...['tie', 'margin', 'score_chosen', 'score_rejected', 'annotator'],
  ...SCORES.flat(),
];

/** A prompt alone is what a row is when nothing else of it says more: every name that any format reads. */
let ofPrompts: ReadonlySet<string> | undefined;

function namesOfFormats(): ReadonlySet<string> {
  ofPrompts ??= new Set([
    ...formats.all.flatMap(({ mapping }) => Object.values(mapping).map((column) => column.split('.')[0])),
    ...namesOfRoles(),
  ]);
  return ofPrompts;
}

const always: ReadonlySet<string> = new Set(OF_ROWS);

/** The name in a file; `more` are names that its format gives a meaning. */
export function outerName(name: string, isPrompt: boolean, more: readonly string[]): string {
  const isTaken = always.has(name) || more.includes(name) || (isPrompt && namesOfFormats().has(name.toLowerCase()));
  return isTaken || name.startsWith(PREFIX) ? `${PREFIX}${name}` : name;
}

/** Metadata of a file's row under the names it had; the same object where there is nothing to do. */
export function withInnerNames(metadata: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(metadata);
  if (!names.some((name) => name.startsWith(PREFIX))) return metadata;
  const inner = (name: string) => {
    const own = name.slice(PREFIX.length);
    return name.startsWith(PREFIX) && own !== '' && !Object.hasOwn(metadata, own) ? own : name;
  };
  return Object.fromEntries(names.map((name) => [inner(name), metadata[name]]));
}
