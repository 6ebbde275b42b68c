/** Hands a file that the page made to the user: the browser's own download, or the desktop's dialog. */

/** A name that every file system takes. */
export const fileName = (title: string, ending: string): string =>
  `${title.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-+|-+$/g, '') || 'chart'}.${ending}`;

export function saveFile(name: string, content: string | Blob, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  // the download has begun by then; a blob that is let go at once would end it in some browsers
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
