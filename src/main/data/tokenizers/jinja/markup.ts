/** Texts that count as HTML (MarkupSafe): what is joined to them is escaped. */
import { text } from './notation.ts';
import { split, strip } from './text-methods.ts';
import { Markup, notSupported, type Value } from './values.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export const escapeText = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character]);

/** `escape(value)`: HTML stays as it is. */
export const toMarkup = (value: Value): Markup =>
  value instanceof Markup ? value : new Markup(escapeText(text(value)));

/** Names of entities that escape() and people write; a rarer one is refused. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\xa0',
  raquo: '»',
  laquo: '«',
};

/** `html.unescape` of numbered entities and the common names. Throws for others. */
export const unescapeText = (value: string): string =>
  value.replace(
    /&(?:#(\d{1,7});|#[xX]([\da-fA-F]{1,6});|(\w{1,32});|(?:amp|lt|gt|quot|nbsp|copy|reg))/g,
    (whole, decimal, hex, name) => {
      if (decimal === undefined && hex === undefined) {
        if (Object.hasOwn(NAMED, name ?? '')) return NAMED[name];
        throw notSupported(`the HTML entity '${whole}'`);
      }
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );

/** `Markup(value).striptags()`. */
export function stripTags(value: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let start = value.indexOf('<'); start >= 0; start = value.indexOf('<', at)) {
    const isComment = value.startsWith('<!--', start);
    const end = isComment ? value.indexOf('-->', start + 4) : value.indexOf('>', start);
    if (end < 0) break;
    parts.push(value.slice(at, start));
    at = end + (isComment ? 3 : 1);
  }
  parts.push(value.slice(at));
  return unescapeText(split(strip(parts.join(''), null, 'both'), null, -1).join(' '));
}
