/** HTML as text: what is put into a template is escaped unless it is HTML already. */
import { escapeHtml } from '../base/markup.ts';

export interface Html {
  readonly html: string;
}

type Part = Html | string | number | null | undefined | readonly Part[];

function htmlOf(part: Part): string {
  if (part === null || part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map(htmlOf).join('');
}

/** html`<td>${text}</td>` */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, i) => text + htmlOf(parts[i])).join('') };
}

/** Text that this program made as HTML, an SVG say. */
export const trusted = (text: string): Html => ({ html: text });
