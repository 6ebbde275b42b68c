/** Keys of judges and of the hub. They never enter the database, and no call gives one back to the page. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFileAtomic } from '../data/checkpoints/atomic.ts';

/** The system's own store, which only this user's programs can open. */
export interface KeyBox {
  seal(text: string): Promise<Uint8Array>;
  open(sealed: Uint8Array): Promise<string>;
}

export interface Secrets {
  /** keychain: sealed by the system, also after a restart. session: in this program's memory, gone when it ends. */
  readonly kept: 'keychain' | 'session';
  get(name: string): string | null;
  /** Whether the workspace holds it sealed, and it could not be opened here: another user, another computer, a keychain that is not there. */
  unopened(name: string): boolean;
  /** `null` forgets it. */
  set(name: string, value: string | null): Promise<void>;
}

const sealedKeys = z.record(z.string(), z.base64());

/** Keys of this session only: where there is no system to keep them, they are not written anywhere. What lies sealed at `path` stays as it is until it is forgotten. */
export function sessionSecrets(path?: string): Secrets {
  const sealed = sealedAt(path);
  const values = new Map<string, string>();
  return {
    kept: 'session',
    get: (name) => values.get(name) ?? null,
    unopened: (name) => sealed.has(name) && !values.has(name),
    async set(name, value) {
      if (value !== null) values.set(name, value);
      else {
        values.delete(name);
        if (path && sealed.delete(name)) writeSealed(path, sealed);
      }
    },
  };
}

/** Keys sealed by the system in a file of the workspace. What cannot be opened any more (another user, another computer) is told by `unopened`. */
export async function keychainSecrets(path: string, box: KeyBox): Promise<Secrets> {
  const sealed = sealedAt(path);
  const values = new Map<string, string>();
  for (const [name, text] of sealed) {
    const value = await box.open(Buffer.from(text, 'base64')).catch(() => null);
    if (value !== null) values.set(name, value);
  }
  return {
    kept: 'keychain',
    get: (name) => values.get(name) ?? null,
    unopened: (name) => sealed.has(name) && !values.has(name),
    async set(name, value) {
      if (value === null) sealed.delete(name);
      else sealed.set(name, Buffer.from(await box.seal(value)).toString('base64'));
      writeSealed(path, sealed);
      if (value === null) values.delete(name);
      else values.set(name, value);
    },
  };
}

const sealedAt = (path: string | undefined): Map<string, string> =>
  new Map(path === undefined ? [] : Object.entries(readSealed(path)));

function readSealed(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  try {
    return sealedKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error(`${path} does not hold sealed keys; remove it, and enter the keys in Settings again`, { cause });
  }
}

function writeSealed(path: string, keys: ReadonlyMap<string, string>): void {
  if (keys.size === 0) {
    rmSync(path, { force: true });
    return;
  }
  const text = `${JSON.stringify(Object.fromEntries(keys), null, 2)}\n`;
  replaceFileAtomic(path, (temporary) => writeFileSync(temporary, text, { mode: 0o600 }));
}
