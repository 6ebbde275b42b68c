/** One file of a repository into the cache: metadata, content with resume, checksum, then its place in the snapshot. */
import { closeSync, existsSync, ftruncateSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentMatches, isChecked, type RepositoryCache } from './cache.ts';
import { HubError } from './hub-error.ts';
import { encodeFile, isCommit } from './names.ts';
import { ask } from './request.ts';
import type { HubSettings } from './settings.ts';

/** Further tries without a single new byte between them. */
const MAX_STALLS = 5;

export interface FileRequest {
  readonly cache: RepositoryCache;
  readonly commit: string;
  readonly file: string;
  readonly signal?: AbortSignal;
  /** Told the bytes of this file that are there. */
  onBytes(bytes: number): void;
}

interface Metadata {
  readonly etag: string;
  readonly size: number | null;
  readonly address: string;
}

const what = ({ cache, file }: FileRequest): string => `${cache.id}/${file}`;

async function metadataOf(settings: HubSettings, request: FileRequest): Promise<Metadata> {
  const { cache, commit, file, signal } = request;
  const { response, address } = await ask(
    settings,
    `${settings.endpoint}/${cache.id}/resolve/${commit}/${encodeFile(file)}`,
    {
      method: 'HEAD',
      what: what(request),
      headers: { 'accept-encoding': 'identity' },
      signal,
      timeoutMs: settings.headTimeoutMs,
      stopAtOtherOrigin: true,
    },
  );
  const { headers } = response;
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag'))?.replace(/^W\//, '').replaceAll('"', '');
  // the name of a file: nothing else may come from outside
  if (!etag || !/^[\w.-]{1,128}$/.test(etag) || /^\.+$/.test(etag))
    throw new HubError('bad_answer', `${what(request)}: the answer has no usable etag`);
  if (!isCommit(headers.get('x-repo-commit') ?? ''))
    throw new HubError('bad_answer', `${what(request)}: the answer names no commit; HF_ENDPOINT is not a hub`);
  const isRedirect = response.status >= 300;
  const length = headers.get('x-linked-size') ?? (isRedirect ? null : headers.get('content-length'));
  const size = length === null ? null : Number(length);
  if (size !== null && (!Number.isSafeInteger(size) || size < 0))
    throw new HubError('bad_answer', `${what(request)}: the size ${JSON.stringify(length)} is no number`);
  return { etag, size, address };
}

/** Downloads unless the snapshot has the file. Throws HubError; what came is kept and resumed by the next call, also of another process. */
export async function downloadFile(settings: HubSettings, request: FileRequest): Promise<void> {
  const { cache, commit, file, signal } = request;
  const metadata = await metadataOf(settings, request);
  await cache.locked(metadata.etag, signal, async () => {
    const blob = cache.blob(metadata.etag);
    if (!existsSync(blob)) await fill(settings, request, metadata, blob);
    request.onBytes(statSync(blob).size);
    cache.place(commit, file, metadata.etag);
  });
}

async function fill(settings: HubSettings, request: FileRequest, metadata: Metadata, blob: string): Promise<void> {
  const partial = `${blob}.incomplete`;
  const fd = openSync(partial, 'a');
  try {
    await receiveAll(settings, request, metadata, partial, fd);
  } catch (error) {
    // content that is wrong is no start for the next try
    if (error instanceof HubError && error.code === 'corrupt') rmSync(partial);
    throw error;
  } finally {
    closeSync(fd);
  }
  const { size } = statSync(partial);
  const isWhole = metadata.size === null || size === metadata.size;
  if (!isWhole || !contentMatches(partial, metadata.etag)) {
    rmSync(partial);
    throw new HubError(
      'corrupt',
      isWhole
        ? `${what(request)}: the content does not match its checksum; nothing was kept, try again`
        : `${what(request)}: ${size} bytes came, ${metadata.size} were announced; nothing was kept, try again`,
    );
  }
  renameSync(partial, blob);
}

/** Asks again from where it stopped until all is there; what a server without ranges sends starts anew. */
async function receiveAll(
  settings: HubSettings,
  request: FileRequest,
  first: Metadata,
  partial: string,
  fd: number,
): Promise<void> {
  let { address } = first;
  let renewed = false;
  for (let stalls = 0; ; ) {
    const before = statSync(partial).size;
    if (first.size !== null && before >= first.size) return;
    try {
      const whole = await receive(settings, request, address, before, fd, first.size);
      if (whole) return;
    } catch (error) {
      request.signal?.throwIfAborted();
      const code = error instanceof HubError ? error.code : '';
      // a signed address may have expired: the hub gives a new one
      if (['gated', 'forbidden', 'not_found', 'bad_token'].includes(code) && !renewed) {
        renewed = true;
        const again = await metadataOf(settings, request);
        if (again.etag !== first.etag)
          throw new HubError(
            'corrupt',
            `${what(request)}: its content changed on the way; nothing was kept, try again`,
          );
        ({ address } = again);
        continue;
      }
      if (code === 'bad_range' && before > 0) {
        // complete, though its size was never told; else no beginning of this content
        if (contentMatches(partial, first.etag) && isChecked(first.etag)) return;
        ftruncateSync(fd, 0);
        if (++stalls > MAX_STALLS) throw error;
        continue;
      }
      if (error instanceof HubError && code !== 'unreachable') throw error;
      if (!(error instanceof HubError)) throw diskError(request, partial, error);
      if (++stalls > MAX_STALLS) throw error;
    }
    if (statSync(partial).size > before) stalls = 0;
    await sleep(settings.retryMs, undefined, { signal: request.signal });
  }
}

/** What came cannot be written: said with the place, and not tried again. */
function diskError(request: FileRequest, partial: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause;
  const why = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code) ? 'the disk is full' : `it cannot be written (${code})`;
  return new HubError(
    'disk',
    `${what(request)}: ${why} at ${partial}; what came is kept, make room and try again, or set HF_HUB_CACHE to another folder`,
    { cause },
  );
}

/** One answer's body, appended; true when it came to its end. */
async function receive(
  settings: HubSettings,
  request: FileRequest,
  address: string,
  start: number,
  fd: number,
  size: number | null,
): Promise<boolean> {
  const { response } = await ask(settings, address, {
    method: 'GET',
    what: what(request),
    headers: { 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
    signal: request.signal,
    timeoutMs: settings.downloadTimeoutMs,
  });
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  const goesOn = response.status === 206 && Number(range?.[1]) === start;
  if (!goesOn) ftruncateSync(fd, 0);
  let done = goesOn ? start : 0;
  const reader = response.body?.getReader();
  if (!reader) return true;
  try {
    for (;;) {
      const { value, done: ended } = await withinTime(reader.read(), settings.downloadTimeoutMs, request);
      if (ended) return true;
      request.signal?.throwIfAborted();
      for (let at = 0; at < value.length; ) at += writeSync(fd, value, at);
      done += value.length;
      if (size !== null && done > size)
        throw new HubError('corrupt', `${what(request)}: more than the announced ${size} bytes came`);
      request.onBytes(done);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** A body that stops coming is a broken connection. */
async function withinTime<T>(promise: Promise<T>, limitMs: number, request: FileRequest): Promise<T> {
  const control = new AbortController();
  const late = sleep(limitMs, undefined, { signal: control.signal }).then(() => {
    throw new HubError('unreachable', `${what(request)}: no data for ${limitMs / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubError('unreachable', `${what(request)}: the connection broke (${why})`, { cause });
  } finally {
    control.abort();
  }
}
