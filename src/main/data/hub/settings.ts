/** How the hub is reached and where its files are kept: the variables of huggingface_hub. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface HubSettings {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /** The folder of `models--owner--name`. */
  readonly cache: string;
  readonly token: string | null;
  /** No request at all. */
  readonly offline: boolean;
  /** Links are impossible or not wanted: files lie in the snapshot itself. */
  readonly copies: boolean;
  readonly headTimeoutMs: number;
  /** Without any data. */
  readonly downloadTimeoutMs: number;
  /** Milliseconds before the first further try. */
  readonly retryMs: number;
}

const ENDPOINT = 'https://huggingface.co';

const isTrue = (value: string | undefined): boolean => /^(?:1|on|yes|true)$/i.test(value ?? '');

const expand = (path: string, environment: NodeJS.ProcessEnv): string =>
  path.replace(/^~(?=$|\/)/, homedir()).replace(/\$(\w+)/g, (whole, name: string) => environment[name] ?? whole);

function seconds(value: string | undefined, otherwise: number): number {
  const number = Number(value);
  return 1000 * (Number.isFinite(number) && number > 0 ? number : otherwise);
}

/** `ownCache` is used where the user names none: nothing is written outside the workspace unasked. */
export function hubSettings(ownCache: string, environment: NodeJS.ProcessEnv = process.env): HubSettings {
  const named = environment.HF_HOME ? expand(environment.HF_HOME, environment) : null;
  const home = named ?? join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  const cache = environment.HF_HUB_CACHE ? expand(environment.HF_HUB_CACHE, environment) : null;
  return {
    endpoint: (environment.HF_ENDPOINT || ENDPOINT).replace(/\/+$/, ''),
    cache: cache ?? (named === null ? ownCache : join(named, 'hub')),
    token: tokenOf(environment, home),
    offline: isTrue(environment.HF_HUB_OFFLINE),
    copies: isTrue(environment.HF_HUB_DISABLE_SYMLINKS) || process.platform === 'win32',
    headTimeoutMs: seconds(environment.HF_HUB_ETAG_TIMEOUT, 10),
    downloadTimeoutMs: seconds(environment.HF_HUB_DOWNLOAD_TIMEOUT, 10),
    retryMs: 1000,
  };
}

function tokenOf(environment: NodeJS.ProcessEnv, home: string): string | null {
  if (isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return null;
  const file = environment.HF_TOKEN_PATH ? expand(environment.HF_TOKEN_PATH, environment) : join(home, 'token');
  const candidates = [
    environment.HF_TOKEN,
    environment.HUGGING_FACE_HUB_TOKEN,
    existsSync(file) ? readFileSync(file, 'utf8') : undefined,
  ];
  return candidates.map((text) => text?.replace(/\s+/g, '') ?? '').find((text) => text !== '') ?? null;
}
