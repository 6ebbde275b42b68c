/** Text where marks have a meaning: HTML, SVG and Markdown tables. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes, of HTML and SVG alike. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => ENTITIES[mark]);

/** For text between Markdown: what would be a mark is written as itself, line breaks are spaces. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*<]/g, '\\$&')
    .replaceAll('](', ']\\(')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');

/** A table as GitHub's Markdown has it: a cell's bars are escaped, its line breaks are spaces. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const cellOf = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cellOf).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
