/** Names of the hub: repositories, revisions and files, checked before the network is asked. */
import { HubError } from './hub-error.ts';

const REPOSITORY = /^[\w.-]{1,96}(?:\/[\w.-]{1,96})?$/;
const COMMIT = /^[0-9a-f]{40}$/;

export interface Repository {
  readonly id: string;
  readonly revision: string;
}

const isPart = (part: string): boolean => !/^[-.]|[-.]$|--|\.\.|\.git$/.test(part);

/** Whether a text can be a repository's name: "owner/name", or "name". */
export const isRepositoryName = (id: string): boolean =>
  REPOSITORY.test(id) && id.length <= 96 && id.split('/').every(isPart);

/** Throws HubError. */
export function checkRepository(id: string, revision: string): Repository {
  if (!isRepositoryName(id))
    throw new HubError('bad_name', `${JSON.stringify(id)} is no name of a repository: "owner/name" was expected`);
  if (revision === '' || revision.length > 256 || /\.\.|[\0\\\s]|^\/|\/$/.test(revision))
    throw new HubError('bad_name', `${JSON.stringify(revision)} is no revision: a branch, tag or commit was expected`);
  return { id, revision };
}

export const isCommit = (revision: string): boolean => COMMIT.test(revision);

/** Refuses a path that would leave the snapshot's folder. */
export function checkFile(path: string, id: string): string {
  const parts = path.split('/');
  const isInside = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !/[\0\\:]/.test(path);
  if (isInside && path.length <= 1024) return path;
  throw new HubError('bad_answer', `${id} lists the file ${JSON.stringify(path)}, whose path leaves its folder`);
}

/** Percent-encoded with nothing left out. */
export const encodeRevision = (revision: string): string => encodeURIComponent(revision);

/** Percent-encoded, slashes kept. */
export const encodeFile = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
