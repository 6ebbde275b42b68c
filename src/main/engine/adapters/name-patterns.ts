/** Python's regular expressions on module names, as adapter configs hold them; a hostile one is cut off instead of running for ever. */
import { runInNewContext } from 'node:vm';
import { UnsupportedAdapter } from './lora-config.ts';

/** Names are a few hundred short strings: an honest pattern needs well under a millisecond. */
const TIMEOUT_MS = 250;
const MAX_LENGTH = 4096;

/** The names that `pattern` matches as a whole (`re.fullmatch`). Throws UnsupportedAdapter when it is none, or takes too long. */
export function namesMatching(pattern: string, names: readonly string[]): ReadonlySet<string> {
  if (pattern.length > MAX_LENGTH)
    throw new UnsupportedAdapter(
      `adapter_config.json: a pattern of ${pattern.length} characters; at most ${MAX_LENGTH} are read`,
    );
  // named groups and the ends of the text are written differently in Python
  const source = `^(?:${pattern.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$').replaceAll('\\A', '^')})$`;
  try {
    const found: unknown = runInNewContext(
      'names.filter((name) => new RegExp(source).test(name))',
      { names: [...names], source },
      { timeout: TIMEOUT_MS },
    );
    return new Set(found as string[]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnsupportedAdapter(`adapter_config.json: the pattern ${JSON.stringify(pattern)} cannot be used: ${why}`);
  }
}
