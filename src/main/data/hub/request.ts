/** Requests to the hub: redirects by hand, the token for the hub's own origin alone, errors by the hub's codes, patience with a busy server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseUrl } from '../../base/parse-url.ts';
import { HubError } from './hub-error.ts';
import type { HubSettings } from './settings.ts';

const MAX_REDIRECTS = 5;
const MAX_TRIES = 6;
const LONGEST_WAIT_MS = 60_000;
/** Answers that are read whole: model facts and listings. */
const MAX_JSON_BYTES = 64 << 20;

export interface HubRequest {
  readonly method: 'GET' | 'HEAD';
  /** What is asked for, in messages. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
  /** A redirect to another origin is an answer of its own (HEAD): its headers hold the metadata. */
  readonly stopAtOtherOrigin?: boolean;
}

export interface HubAnswer {
  readonly response: Response;
  /** Where it was answered. */
  readonly address: string;
}

const originOf = (address: string): string => new URL(address).origin;

/** Headers of a request; the token never goes to another origin than the hub's. */
function headersFor(settings: HubSettings, address: string, extra: HubRequest['headers']): Record<string, string> {
  const own = originOf(address) === originOf(settings.endpoint);
  return {
    'user-agent': 'plumbline',
    ...(settings.token !== null && own ? { authorization: `Bearer ${settings.token}` } : {}),
    ...extra,
  };
}

/** Follows redirects and tries again what may pass; the answer is a success, or a redirect that was to be kept. Throws HubError. */
export async function ask(settings: HubSettings, address: string, request: HubRequest): Promise<HubAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await follow(settings, address, request);
    const { status } = answer.response;
    if (status < 400) return answer;
    const error = await errorOf(answer.response, request.what, settings);
    const mayPass = status === 429 || status === 408 || status >= 500;
    if (!mayPass || attempt >= MAX_TRIES) throw error;
    await sleep(waitMs(answer.response, attempt, settings), undefined, { signal: request.signal });
  }
}

async function follow(settings: HubSettings, start: string, request: HubRequest): Promise<HubAnswer> {
  let address = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await send(settings, address, request);
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return { response, address };
    const next = redirectOf(location, address, request.what);
    const isOwn = [originOf(address), originOf(settings.endpoint)].includes(originOf(next));
    if (!isOwn && request.stopAtOtherOrigin) return { response, address: next };
    await response.body?.cancel();
    address = next;
  }
  throw new HubError('bad_answer', `${request.what}: more than ${MAX_REDIRECTS} redirects`);
}

function redirectOf(location: string, address: string, what: string): string {
  const next = parseUrl(location, address);
  if (next && (next.protocol === 'https:' || next.protocol === new URL(address).protocol)) return next.href;
  throw new HubError('bad_answer', `${what}: a redirect to ${JSON.stringify(location)} is not followed`);
}

async function send(settings: HubSettings, address: string, request: HubRequest): Promise<Response> {
  const { method, signal, timeoutMs, what } = request;
  const patience = AbortSignal.timeout(timeoutMs);
  try {
    return await fetchUntilHeaders(address, method, headersFor(settings, address, request.headers), signal, patience);
  } catch (cause) {
    signal?.throwIfAborted();
    const why = patience.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause);
    throw new HubError('unreachable', `${what}: ${settings.endpoint} cannot be reached (${why})`, { cause });
  }
}

/** The time limit is for the headers: a body may take as long as it comes. */
async function fetchUntilHeaders(
  address: string,
  method: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  patience: AbortSignal,
): Promise<Response> {
  const control = new AbortController();
  const stop = () => control.abort();
  signal?.addEventListener('abort', stop, { once: true });
  patience.addEventListener('abort', stop, { once: true });
  try {
    return await fetch(address, { method, headers, redirect: 'manual', signal: control.signal });
  } finally {
    patience.removeEventListener('abort', stop);
    signal?.removeEventListener('abort', stop);
  }
}

/** The innermost reason of undici's "fetch failed". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}

/** `Retry-After`, or t of the hub's own `ratelimit`, else 1, 2, 4, 8, 8 times the first wait. */
function waitMs({ headers }: Response, attempt: number, { retryMs }: HubSettings): number {
  const told = Number(headers.get('retry-after') ?? /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  if (Number.isFinite(told) && told > 0) return Math.min(told * 1000, LONGEST_WAIT_MS);
  return retryMs * Math.min(2 ** (attempt - 1), 8);
}

/** The hub's code first, then the status. */
async function errorOf(response: Response, what: string, { token, endpoint }: HubSettings): Promise<HubError> {
  const { status, headers } = response;
  const code = headers.get('x-error-code');
  const told = headers.get('x-error-message') ?? '';
  await response.body?.cancel();
  const page = `its page at ${endpoint}`;
  if (code === 'GatedRepo')
    return token === null
      ? new HubError(
          'gated',
          `${what}: access is gated. Ask for it on ${page}, then set HF_TOKEN to a token of your account`,
        )
      : new HubError(
          'gated',
          `${what}: access is gated and the account of this token has not been admitted. Ask for it on ${page}`,
        );
  if (code === 'RevisionNotFound') return new HubError('no_revision', `${what}: there is no such revision`);
  if (code === 'EntryNotFound') return new HubError('no_file', `${what}: there is no such file`);
  if (status === 401 && /invalid credentials/i.test(told))
    return new HubError('bad_token', `${what}: the token is not valid. Set HF_TOKEN to a valid one, or unset it`);
  if (code === 'RepoNotFound' || status === 401 || status === 404)
    return new HubError(
      'not_found',
      `${what}: there is no such repository${token === null ? ', or it is private: then set HF_TOKEN' : ', or this token may not see it'}`,
    );
  if (status === 416) return new HubError('bad_range', `${what}: there is nothing behind what is here already`);
  if (status === 403) return new HubError('forbidden', `${what}: access is refused${told === '' ? '' : `: ${told}`}`);
  const late = status === 429 ? 'too many requests; try again later' : `status ${status}`;
  return new HubError('unreachable', `${what}: ${endpoint} answers ${late}${told === '' ? '' : `: ${told}`}`);
}

/** JSON of a bounded size. */
export async function readJson({ response }: HubAnswer, what: string): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_JSON_BYTES)
      throw new HubError('bad_answer', `${what}: an answer of more than ${MAX_JSON_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new HubError('bad_answer', `${what}: the answer is not JSON; is HF_ENDPOINT a hub?`, { cause });
  }
}
