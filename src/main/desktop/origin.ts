/** The one origin whose pages are trusted, and how a URL is held against it. */

export const SCHEME = 'app';
export const ORIGIN = 'app://plumbline';
export const START_URL = `${ORIGIN}/index.html`;

/** Whether a URL is exactly of our origin; parsed, as "app://plumbline.evil" starts the same. */
export function isOurs(url: string): boolean {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}` === ORIGIN;
  } catch {
    return false;
  }
}

/** Whether a URL is that of a blob our page made: its origin is part of it. */
export const isOurBlob = (url: string): boolean => url.startsWith(`blob:${ORIGIN}/`);

/** The part of a frame that decides whether it may speak. */
export interface Frame {
  readonly url: string;
  readonly parent: unknown;
}

/** Only the main frame of our own page speaks to the host; the frame of a page that is gone is null. */
export function isTrusted(frame: Frame | null | undefined): boolean {
  return frame !== null && frame !== undefined && frame.parent === null && isOurs(frame.url);
}

/** Pages outside that a click may open, in the user's browser. */
const OPENABLE = ['arxiv.org', 'huggingface.co', 'github.com', 'aclanthology.org', 'openreview.net'];

export function mayOpenOutside(url: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(url);
    return protocol === 'https:' && !username && !password && OPENABLE.includes(hostname);
  } catch {
    return false;
  }
}
