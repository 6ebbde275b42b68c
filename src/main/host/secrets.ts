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
  /** `null` forgets it. */
  set(name: string, value: string | null): Promise<void>;
}

const sealedKeys = z.record(z.string(), z.base64());

/** Keys of this session only: where there is no system to keep them, they are not written anywhere. */
export function sessionSecrets(): Secrets {
  const values = new Map<string, string>();
  return {
    kept: 'session',
    get: (name) => values.get(name) ?? null,
    async set(name, value) {
      if (value === null) values.delete(name);
      else values.set(name, value);
    },
  };
}

/** Keys sealed by the system in a file of the workspace. What cannot be opened any more (another user, another computer) is as good as absent. */
export async function keychainSecrets(path: string, box: KeyBox): Promise<Secrets> {
  const sealed = new Map(Object.entries(readSealed(path)));
  const values = new Map<string, string>();
  for (const [name, text] of sealed) {
    const value = await box.open(Buffer.from(text, 'base64')).catch(() => null);
    if (value !== null) values.set(name, value);
  }
  return {
    kept: 'keychain',
    get: (name) => values.get(name) ?? null,
    async set(name, value) {
      if (value === null) sealed.delete(name);
      else sealed.set(name, Buffer.from(await box.seal(value)).toString('base64'));
      writeSealed(path, Object.fromEntries(sealed));
      if (value === null) values.delete(name);
      else values.set(name, value);
    },
  };
}

function readSealed(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  try {
    return sealedKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error(`${path} does not hold sealed keys; remove it, and enter the keys in Settings again`, { cause });
  }
}

function writeSealed(path: string, keys: Readonly<Record<string, string>>): void {
  if (Object.keys(keys).length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const text = `${JSON.stringify(keys, null, 2)}\n`;
  replaceFileAtomic(path, (temporary) => writeFileSync(temporary, text, { mode: 0o600 }));
}
