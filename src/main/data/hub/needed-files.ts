/** Which files of a repository a model is made of: not the pickles, programs, other formats and pictures beside it. */
import { belongsToModel } from '../checkpoints/inside.ts';
import type { ListedFile } from './cache.ts';
import { HubError } from './hub-error.ts';

const INDEX = 'model.safetensors.index.json';
const GGUF_PART = /-\d{5}(-of-\d{5}\.gguf)$/i;
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

/** `file` asks for one file instead. Throws HubError that says what the repository has. */
export function neededFiles(id: string, listed: readonly ListedFile[], file?: string): ListedFile[] {
  if (file !== undefined) {
    const found = listed.find(({ path }) => path === file);
    if (found) return [found, ...otherParts(found.path, listed)];
    throw new HubError('no_file', `${id} has no file ${JSON.stringify(file)}${among(listed, /\.gguf$/)}`);
  }
  const has = (name: string) => listed.some(({ path }) => path === name);
  const single = has('model.safetensors');
  const weights = listed.filter(({ path }) =>
    single ? path === 'model.safetensors' : has(INDEX) && (path === INDEX || SHARD.test(path)),
  );
  if (weights.length > 0 && has('config.json'))
    return [...listed.filter(({ path }) => belongsToModel(path)), ...weights];
  const hint = listed.some(({ path }) => path.endsWith('.gguf'))
    ? `; name one of its GGUF files with --file${among(listed, /\.gguf$/)}`
    : listed.some(({ path }) => /^pytorch_model.*\.bin$/.test(path))
      ? '; its weights are Python pickles, which are not read, as they can hold programs'
      : '';
  throw new HubError(
    'no_file',
    `${id} holds no model that is read: config.json and model.safetensors were expected${hint}`,
  );
}

/** A GGUF file cut into parts comes with all of them. */
function otherParts(file: string, listed: readonly ListedFile[]): ListedFile[] {
  const part = GGUF_PART.exec(file);
  if (!part) return [];
  const isOther = (path: string) =>
    path !== file && path.startsWith(file.slice(0, part.index)) && path.endsWith(part[1]);
  return listed.filter(({ path }) => isOther(path) && GGUF_PART.exec(path)?.index === part.index);
}

function among(listed: readonly ListedFile[], kind: RegExp): string {
  const names = listed.map(({ path }) => path).filter((path) => kind.test(path));
  return names.length === 0 ? '' : `; it has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
}
