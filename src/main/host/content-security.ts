/** What the page may load and run, said in a header and in the page itself; the same for desktop and browser. */

/** Where the page talks to besides its own origin. */
export interface PolicyOptions {
  /** Lets the style sheet of CSS variables in that the UI kit writes at start. */
  readonly nonce: string;
  /** e.g. "ws://127.0.0.1:4000": not every browser counts it as 'self'. */
  readonly connect?: string;
}

/** The Content-Security-Policy. `style-src-attr` is open because the UI kit positions popovers and sliders by style attributes, which run nothing. */
export function contentSecurityPolicy({ nonce, connect }: PolicyOptions): string {
  return [...commonPolicy(nonce, connect), "frame-ancestors 'none'"].join('; ');
}

const commonPolicy = (nonce: string, connect: string | undefined): string[] => [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${nonce}'`,
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  `connect-src 'self'${connect ? ` ${connect}` : ''}`,
  "base-uri 'none'",
  "form-action 'none'",
];

/** Headers of every answer. */
export const securityHeaders = (policy: string): Record<string, string> => ({
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
});

/** The page with its policy (frame-ancestors works in the header only) and its nonce, which scripts read from `meta[property=csp-nonce]`. */
export function securePage(html: string, { nonce, connect }: PolicyOptions): string {
  const policy = commonPolicy(nonce, connect).join('; ');
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}"><meta property="csp-nonce" nonce="${nonce}">`;
  return html.replace(/<head>/i, (head) => `${head}${meta}`);
}
