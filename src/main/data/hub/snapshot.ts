/** A model repository by name: its commit, its list of files, and those of them that a model needs, in the cache. */
import { type ListedFile, RepositoryCache } from './cache.ts';
import { downloadFile } from './download.ts';
import { type HubCode, HubError } from './hub-error.ts';
import { checkFile, checkRepository, encodeRevision, isCommit } from './names.ts';
import { neededFiles, shardsOfIndex } from './needed-files.ts';
import { ask, readJson } from './request.ts';
import type { HubSettings } from './settings.ts';

/** Repositories of models have some dozens of files; a listing comes in pages of 1000. */
const MAX_PAGES = 100;

export interface SnapshotOptions {
  readonly revision?: string;
  /** One file of the repository instead of a Hugging Face model: a GGUF file. */
  readonly file?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface Snapshot {
  readonly id: string;
  readonly commit: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** What huggingface_hub answers with the cache where it can; a revision or file that is not there is final. */
const MAY_BE_CACHED: readonly HubCode[] = ['unreachable', 'gated', 'bad_token', 'forbidden', 'not_found', 'bad_answer'];

/** Throws HubError. Without a network, what the cache has whole is given. */
export async function modelSnapshot(settings: HubSettings, id: string, options: SnapshotOptions): Promise<Snapshot> {
  const repository = checkRepository(id, options.revision ?? 'main');
  const cache = new RepositoryCache(settings, repository);
  if (settings.offline) return cached(cache, repository.revision, options.file, 'HF_HUB_OFFLINE is set');
  try {
    return await fetched(settings, cache, repository.revision, options);
  } catch (error) {
    if (!(error instanceof HubError) || !MAY_BE_CACHED.includes(error.code)) throw error;
    try {
      return cached(cache, repository.revision, options.file, error.message);
    } catch {
      throw error;
    }
  }
}

async function fetched(
  settings: HubSettings,
  cache: RepositoryCache,
  revision: string,
  { file, signal, onProgress }: SnapshotOptions,
): Promise<Snapshot> {
  const commit = await commitOf(settings, cache.id, revision, signal);
  cache.prepare();
  cache.keepCommit(revision, commit);
  const listed = cache.listing(commit) ?? (await list(settings, cache, commit, signal));
  const needed = neededFiles(cache.id, listed, file);
  let total = needed.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  // grows where the index names shards otherwise than usual
  for (const { path, size } of needed) {
    signal?.throwIfAborted();
    if (!cache.has(commit, path))
      await downloadFile(settings, {
        cache,
        commit,
        file: path,
        signal,
        onBytes: (n) => onProgress?.(done + n, total),
      });
    done += size;
    const further = shardsOfIndex(path, cache.snapshot(commit), listed, needed);
    total += further.reduce((sum, shard) => sum + shard.size, 0);
    needed.push(...further);
    onProgress?.(done, total);
  }
  return { id: cache.id, commit, folder: cache.snapshot(commit), files: needed.map(({ path }) => path) };
}

/** What is there without asking; throws HubError that says why nothing was asked and what is missing. */
function cached(cache: RepositoryCache, revision: string, file: string | undefined, why: string): Snapshot {
  const commit = cache.commitOf(revision);
  const listed = commit === undefined ? undefined : cache.listing(commit);
  if (commit === undefined || listed === undefined)
    throw new HubError('offline', `${cache.id} (${revision}) is not in the cache, and the hub was not asked: ${why}`);
  const usual = neededFiles(cache.id, listed, file);
  const further = usual.flatMap(({ path }) =>
    cache.has(commit, path) ? shardsOfIndex(path, cache.snapshot(commit), listed, usual) : [],
  );
  const needed = [...usual, ...further];
  const missing = needed.filter(({ path }) => !cache.has(commit, path));
  if (missing.length > 0)
    throw new HubError(
      'offline',
      `${cache.id} is in the cache without ${missing.map(({ path }) => path).join(', ')}, and the hub was not asked: ${why}`,
    );
  return { id: cache.id, commit, folder: cache.snapshot(commit), files: needed.map(({ path }) => path) };
}

async function commitOf(
  settings: HubSettings,
  id: string,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (isCommit(revision)) return revision;
  const what = `${id} (${revision})`;
  const address = `${settings.endpoint}/api/models/${id}/revision/${encodeRevision(revision)}`;
  const answer = await ask(settings, address, { method: 'GET', what, signal, timeoutMs: settings.headTimeoutMs });
  const { sha } = ((await readJson(answer, what)) ?? {}) as { sha?: unknown };
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw new HubError('bad_answer', `${what}: the answer names no commit; HF_ENDPOINT is not a hub`);
}

interface TreeEntry {
  readonly type?: unknown;
  readonly path?: unknown;
  readonly size?: unknown;
  readonly oid?: unknown;
  readonly lfs?: { readonly oid?: unknown; readonly size?: unknown };
}

/** All pages of a commit's listing, kept in the cache. */
async function list(
  settings: HubSettings,
  cache: RepositoryCache,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<ListedFile[]> {
  const files: Record<string, unknown> = {};
  const listed: ListedFile[] = [];
  const what = cache.id;
  let next: string | null = `${settings.endpoint}/api/models/${cache.id}/tree/${commit}?recursive=true&expand=false`;
  for (let page = 0; next !== null; page++) {
    if (page >= MAX_PAGES) throw new HubError('bad_answer', `${what}: a listing of more than ${MAX_PAGES} pages`);
    const answer = await ask(settings, next, { method: 'GET', what, signal, timeoutMs: settings.headTimeoutMs });
    const entries = await readJson(answer, what);
    if (!Array.isArray(entries)) throw new HubError('bad_answer', `${what}: the listing is no list`);
    for (const entry of entries as TreeEntry[]) {
      if (entry?.type !== 'file' || typeof entry.path !== 'string') continue;
      const path = checkFile(entry.path, cache.id);
      const size = typeof entry.size === 'number' ? entry.size : 0;
      listed.push({ path, size });
      files[path] = {
        size,
        blob_id: entry.oid,
        ...(entry.lfs ? { lfs_sha256: entry.lfs.oid, lfs_size: entry.lfs.size } : {}),
      };
    }
    const link = /<([^>]+)>;\s*rel="next"/.exec(answer.response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? null : new URL(link, answer.address).href;
  }
  cache.keepListing(commit, files);
  return listed;
}
