/** The stylesheet of a report: the design tokens in both schemes, chosen by the reader's system, and the report's own rules. */
import tokens from '../../charts/tokens.css?raw';
import rules from './report.css?raw';

/** Tokens as the app has them, but the dark ones behind the system's wish instead of the app's switch. */
export function systemSchemes(css: string): string {
  const dark = /\[data-mantine-color-scheme="dark"\],\s*\[data-theme="dark"\]\s*\{([^}]*)\}/.exec(css);
  if (!dark) throw new Error('tokens.css has no rule for the dark scheme');
  return `${css.replace(dark[0], '')}\n@media screen and (prefers-color-scheme: dark) {\n  :root {${dark[1]}  }\n}\n`;
}

export const reportStyles = (): string => `${systemSchemes(tokens)}\n${rules}`;
