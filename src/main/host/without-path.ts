/** Errors name files as the user knows them: paths stay on this side. */
import { RpcError } from '../../preload/contract/rpc.ts';

/** Runs `body`; in the message of its error every path of `names` is replaced by what the user calls it. */
export async function withoutPaths<T>(names: Readonly<Record<string, string>>, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = Object.entries(names).reduce((text, [path, name]) => text.replaceAll(path, name), error.message);
    if (message === error.message) throw error;
    const { code, details } = error as { code?: unknown; details?: unknown };
    throw new RpcError(typeof code === 'string' ? code : 'internal', message, details);
  }
}
