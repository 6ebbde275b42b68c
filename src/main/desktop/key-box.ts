/** Electron's safeStorage as the box that keys are sealed in: the system's keychain holds what opens it. */
import { safeStorage } from 'electron';
import type { KeyBox } from '../host/secrets.ts';

/** What newer Electrons have instead of the calls that block. */
interface AsyncStorage {
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(sealed: Buffer): Promise<{ readonly result: string } | string>;
  getSelectedStorageBackend?(): string;
}

const storage = (): typeof safeStorage & AsyncStorage => safeStorage;

/** After the app is ready. Null where the system has no store of its own: what would be written then is readable by anybody. */
export function systemKeyBox(): KeyBox | null {
  const safe = storage();
  if (!safe.isEncryptionAvailable()) return null;
  if (process.platform === 'linux' && hasNoKeyring(safe)) return null;
  return {
    seal: async (text) => (safe.encryptStringAsync ? safe.encryptStringAsync(text) : safe.encryptString(text)),
    async open(sealed) {
      const bytes = Buffer.from(sealed);
      if (!safe.decryptStringAsync) return safe.decryptString(bytes);
      const opened = await safe.decryptStringAsync(bytes);
      return typeof opened === 'string' ? opened : opened.result;
    },
  };
}

/** First bytes of what Chromium seals on Linux with a password that everybody knows, where there is no keyring; a keyring's begins with v11. */
const KNOWN_PASSWORD = 'v10';

/** Electron before 26 does not name its store: what it seals tells. */
function hasNoKeyring(safe: AsyncStorage & typeof safeStorage): boolean {
  const store = safe.getSelectedStorageBackend?.();
  if (store !== undefined) return ['basic_text', 'unknown'].includes(store);
  return safe.encryptString('probe').subarray(0, KNOWN_PASSWORD.length).toString('latin1') === KNOWN_PASSWORD;
}
