/** `plumb datasets derive`: any operation on versions, its parameters by name. */
import { readFileSync } from 'node:fs';
import { defineCommand, InputError, UsageError } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { derivedDocument } from './documents.ts';

/** `share=0.2` → ["share", 0.2]; what is no JSON is text. */
function setting(text: string): [string, unknown] {
  const [, key, value] = /^([a-z_]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new UsageError(`--set takes NAME=VALUE, as in --set share=0.2; found "${text}"`);
  try {
    return [key, JSON.parse(value)];
  } catch {
    return [key, value];
  }
}

function paramsFile(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new InputError(`${path}: an object of parameters was expected, as in {"share": 0.2}`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${path} cannot be read as JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

export const derive = defineCommand({
  id: 'derive',
  summary: 'Make a version by an operation: filter, edit, dedupe, split, merge, sample, flip-noise.',
  examples: [
    'plumb datasets derive dedupe my-pairs --set by=near --set threshold=0.9',
    'plumb datasets derive sample my-pairs --set count=20 --name few',
    'plumb datasets derive flip-noise my-pairs --set share=0.2 --set seed=7 --name noisy',
    'plumb datasets derive merge my-pairs few --name both',
  ],
  configure(command) {
    command
      .argument('<operation>', 'filter, edit, dedupe, split, merge, sample or flip-noise')
      .argument('<dataset...>', 'name (its newest version), name@2, or the id of a version; several for merge')
      .option('--set <name=value...>', 'a parameter of the operation')
      .option(
        '--params <file>',
        'parameters as a JSON object, as the edits of edit: {"edits": [{"index": 3, "verdict": "b"}]}',
      )
      .option('--name <names>', 'dataset that gets the rows; of split both, with a comma between them');
  },
  async run([operation, ...others], options, context) {
    const references = others.flat();
    const set = Object.fromEntries(((options.set as string[] | undefined) ?? []).map(setting));
    const params = { ...(options.params === undefined ? {} : paramsFile(String(options.params))), ...set };
    const names = options.name === undefined ? undefined : String(options.name).split(',');
    const { requireVersion } = await import('../../data/datasets/find.ts');
    const { deriveVersions } = await import('../../data/datasets/derive.ts');
    return withExistingStore(context, async (store) => {
      const parents = references.map((reference) => requireVersion(store, reference));
      const onProgress = (done: number, total: number) => context.progress(done, total, 'row');
      const request = { operation, params, names };
      const made = await deriveVersions(store, parents, request, { signal: context.signal, onProgress });
      return { versions: made.map(derivedDocument) };
    });
  },
  show({ versions }: { versions: ReturnType<typeof derivedDocument>[] }, { print }) {
    for (const { dataset, version, rows, prompts, content_hash } of versions)
      print(`"${dataset}" version ${version}: ${rows} rows, ${prompts} prompts, content ${content_hash.slice(0, 12)}`);
  },
});
