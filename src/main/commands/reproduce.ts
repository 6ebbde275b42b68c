/** `plumb reproduce`: published findings about alignment methods, in miniature and with intervals. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { StudyDocument, StudyRequest } from '../reproduce/run-studies.ts';
import { defineCommand, UsageError, wholeNumber } from './command.ts';

const MOST_WORKERS = 64;

export const reproduce = defineCommand({
  id: 'reproduce',
  summary: 'Reproduce published findings in miniature: online against offline DPO, over-optimisation and others.',
  examples: [
    'plumb reproduce oaif --seeds 21,22,23 --out results',
    'plumb reproduce razin length-bias --seeds 21,22,23 --out results',
    'plumb reproduce oaif --seeds 1 --set steps=100 --set tasks=["helpful"] --out quick',
  ],
  configure(command) {
    command
      .argument('[study...]', 'oaif, frontier, overoptimisation, ood, length-bias, razin, lab; all unless named')
      .option('--seeds <list>', 'each seed is a repetition', '21,22,23')
      .requiredOption(
        '--out <folder>',
        'results; what is finished there is kept, so the same call goes on after a stop',
      )
      .option('--workers <n>', 'processes at a time, one thread each; all cores unless given')
      .option('--set <name=value...>', 'another setting than the published one; the value as JSON');
  },
  async run(words, options, context) {
    const { studies } = await import('../reproduce/studies/index.ts');
    const { runStudies } = await import('../reproduce/run-studies.ts');
    const { doCellInProcess } = await import('../jobs/cell-processes.ts');
    const { forkJobs } = await import('../jobs/spawn.ts');
    const known = studies.all.map(({ id }) => id);
    for (const word of words)
      if (!studies.has(word)) throw new UsageError(`unknown study "${word}"; studies: ${known.join(', ')}`);
    const chosen = words.length === 0 ? studies.all : words.map((word) => studies.get(word));
    const settings = settingsOf((options.set as string[] | undefined) ?? []);
    const requests = chosen.map((study): StudyRequest => ({ study, settings }));
    for (const { study } of requests) checkSettings(study, settings);
    const spawn = forkJobs(context.files.worker);
    const workers =
      options.workers === undefined
        ? availableParallelism()
        : wholeNumber(options.workers, '--workers', 1, MOST_WORKERS);
    return runStudies(requests, seedsOf(String(options.seeds)), resolve(String(options.out)), {
      workers,
      signal: context.signal,
      run: (task) => doCellInProcess(spawn, task, context.signal),
      onProgress: context.progress,
    });
  },
  show(documents: readonly StudyDocument[], { print }) {
    for (const { study, title, cpu_seconds } of documents)
      print(`${study}: ${title}; ${Math.round(cpu_seconds)} CPU seconds; see ${study}.md in the folder given by --out`);
  },
});

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((seed) => wholeNumber(seed.trim(), '--seeds', 0, Number.MAX_SAFE_INTEGER));
  if (new Set(seeds).size !== seeds.length) throw new UsageError(`--seeds names a seed twice: ${text}`);
  return seeds;
}

function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=(.+)$/.exec(pair) ?? [];
      if (name === undefined) throw new UsageError(`--set needs name=value, found "${pair}"`);
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        throw new UsageError(`--set ${name}: the value must be JSON, found "${value}"`);
      }
    }),
  );
}

interface WithSettings {
  readonly id: string;
  readonly settings: {
    readonly shape: Readonly<Record<string, unknown>>;
    safeParse(value: unknown): {
      readonly error?: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
    };
  };
}

function checkSettings({ id, settings: schema }: WithSettings, settings: Readonly<Record<string, unknown>>): void {
  const known = Object.keys(schema.shape);
  for (const name of Object.keys(settings))
    if (!known.includes(name)) throw new UsageError(`${id} has no setting "${name}"; it has ${known.join(', ')}`);
  const { error } = schema.safeParse(settings);
  if (error)
    throw new UsageError(error.issues.map(({ path, message }) => `--set ${path.join('.')}: ${message}`).join('; '));
}
