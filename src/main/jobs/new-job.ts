/** A job as it is asked for, and its entry in the store. */
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { findRunByName, insertRun, nextRunName } from '../data/store/runs.ts';
import { transaction, type WritableStore } from '../data/store/store.ts';
import { RunStateError } from './run-record.ts';
import { pinData } from './workspace-paths.ts';

/** Characters of a name that is made for a run. */
const NAME_LENGTH = 60;

export interface NewJob {
  /** A training method, or another kind of job (`jobs/kinds`). */
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Refused when taken; without one, `nameBase` (else the method) gets a number. */
  readonly name?: string;
  readonly nameBase?: string;
  readonly model?: string | null;
  readonly referenceModel?: string | null;
  readonly dataset?: string | null;
  /** Runs started together share a group. */
  readonly group?: string | null;
  readonly maxSteps?: number;
  /** Absolute; without one, a folder of the run's name in the workspace. */
  readonly outputDir?: string;
  /** What relative paths of the config are relative to; without one, the config holds names of the workspace. */
  readonly baseFolder?: string;
  /** Begin from the newest checkpoint that `outputDir` holds already. */
  readonly resume?: boolean;
}

/** Enters a job as a queued run under a name that nobody else takes at the same time; returns its id. Throws where its folder takes no files. */
export function insertJob(store: WritableStore, runsFolder: string, job: NewJob): string {
  if (job.outputDir !== undefined) checkWritable(job.outputDir);
  const id = randomUUID();
  transaction(store, () => {
    const name = nameOf(store, runsFolder, job);
    insertRun(store, {
      id,
      name,
      method: job.method,
      config: job.config,
      model: job.model ?? null,
      referenceModel: job.referenceModel ?? null,
      dataset: job.dataset ?? null,
      group: job.group ?? null,
      maxSteps: job.maxSteps ?? 0,
      createdAt: new Date().toISOString(),
      outputDir: job.outputDir ?? join(runsFolder, name),
      baseFolder: job.baseFolder ?? null,
    });
    pinData(store, id, { config: job.config, baseFolder: job.baseFolder ?? null });
  });
  return id;
}

/** Before hours of work are spent on what could not be kept. */
function checkWritable(folder: string): void {
  makeFolder(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${folder}: no file can be written there (${code})`, { cause }), {
      code: 'bad_input',
    });
  }
}

function nameOf(store: WritableStore, runsFolder: string, { name, nameBase, method }: NewJob): string {
  // a folder may be left of a run that the database no longer knows
  const isFree = (candidate: string) => !existsSync(join(runsFolder, candidate));
  if (name === undefined) return nextRunName(store, nameBase ?? method, isFree);
  // the name becomes a folder
  if (!/^[\w][\w.-]{0,99}$/.test(name))
    throw new RunStateError(`"${name}" cannot name a run: letters, digits, ".", "_" and "-", at most 100`);
  if (findRunByName(store, name)) throw new RunStateError(`there is a run named "${name}" already`);
  return name;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What a list of runs says about a config: how the run is called, and what it works with. */
export function labelsOf(config: Readonly<Record<string, unknown>>) {
  const dataset = textOf(config.dataset);
  const words = [String(config.method ?? 'run').replaceAll('_', '-'), dataset && basename(dataset, extname(dataset))];
  const name = words.filter((word) => word).join('-');
  return {
    // a part of a folder's name
    nameBase:
      name
        .replace(/[^\w.-]+/g, '-')
        .replace(/^[^\w]+/, '')
        .slice(0, NAME_LENGTH) || 'run',
    model: textOf(config.model),
    referenceModel: textOf(config.ref_model),
    dataset,
  };
}
