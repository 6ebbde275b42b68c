/** Keeps the reading of a model inside its folder: a link must not make it read something else of the machine. */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { CheckpointError } from './safetensors.ts';

/** What belongs to a model besides its weights; programs and pickles that lie beside it are left where they are. */
const BELONGING =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(merges|vocab)\.txt$|^tokenizer\.model$|^chat_template\.(jinja|json)$|^additional_chat_templates\/[\w-]+\.jinja$|^(README|LICENSE)(\.\w+)?$/;

export const belongsToModel = (name: string): boolean => BELONGING.test(name);

/** The one folder within a model's that belongs to it: chat templates besides the default one. */
export const TEMPLATE_FOLDER = 'additional_chat_templates';

/** Paths within a folder of all that belongs to the model besides its weights. */
export function namesInside(folder: string): string[] {
  const templates = statSync(join(folder, TEMPLATE_FOLDER), { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(join(folder, TEMPLATE_FOLDER)).map((name) => `${TEMPLATE_FOLDER}/${name}`)
    : [];
  return [...readdirSync(folder), ...templates].filter(belongsToModel);
}

/** Checks all that belongs to the model in a folder. Throws CheckpointError. */
export function checkInside(folder: string): void {
  for (const name of namesInside(folder)) fileInside(folder, name);
}

/** Snapshots of the hub's cache are made of links to the blobs beside them. */
function hubBlobs(folder: string): string | null {
  const snapshots = dirname(folder);
  return basename(snapshots) === 'snapshots' ? join(dirname(snapshots), 'blobs') : null;
}

const lies = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
};

/** What a path leads to; undefined when that is nothing, or the path itself again. */
function target(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

/**
 * The path of a file of a model folder. Throws CheckpointError when it is a link to somewhere outside (except to the blobs of a hub's cache), or no plain
 * file: a pipe or a device would be waited for.
 */
export function fileInside(folder: string, name: string): string {
  const path = join(folder, name);
  if (!lstatSync(path, { throwIfNoEntry: false })) return path;
  const found = target(path);
  if (!found?.isFile())
    throw new CheckpointError(`${path}: ${found ? 'not a plain file' : 'a link that leads nowhere'}`);
  const [real, own] = [realpathSync(path), realpathSync(folder)];
  const blobs = hubBlobs(own);
  if (lies(real, own) || (blobs !== null && lies(real, blobs))) return path;
  throw new CheckpointError(
    `${path}: it is a link that leads out of the model's folder, to ${real}; a file of the folder was expected`,
  );
}
