/** Addresses that may be none: URL.parse and URL.canParse, which Node before 18.17 (older Electrons) lacks. */

/** null where the text is no address. */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
