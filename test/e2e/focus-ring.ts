/** What the eye has of the focus: the ring, and whether a box around it cuts it off. */
import type { Page } from 'playwright-core';

export interface Ring {
  /** The element with the focus, shortened. */
  readonly on: string;
  /** px; 0 where nothing is drawn. */
  readonly width: number;
  /** Sides of which less than a pixel is to be seen. */
  readonly cut: readonly string[];
}

/** Of the element with the focus, or of what stands for it: the label behind a hidden input, the field around one. */
export const ringOf = (page: Page): Promise<Ring> =>
  page.evaluate(() => {
    const active = document.activeElement;
    const on = active?.outerHTML.slice(0, 160) ?? '';
    const drawn = [active, active?.nextElementSibling, active?.parentElement].find((element) => {
      if (!element) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    });
    if (!drawn) return { on, width: 0, cut: [] };
    const { outlineWidth, outlineOffset } = getComputedStyle(drawn);
    const width = Number.parseFloat(outlineWidth);
    const offset = Number.parseFloat(outlineOffset);
    // outer edges of the ring; an inner pixel of it must be within every box that clips
    const box = drawn.getBoundingClientRect();
    const seen = offset + 1;
    const ring = {
      left: box.left - seen,
      top: box.top - seen,
      right: box.right + seen,
      bottom: box.bottom + seen,
    };
    const cut = new Set<string>();
    for (let around = drawn.parentElement; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const outer = around.getBoundingClientRect();
      const left = outer.left + around.clientLeft;
      const top = outer.top + around.clientTop;
      if (overflowX !== 'visible') {
        if (ring.left < left - 0.5) cut.add('left');
        if (ring.right > left + around.clientWidth + 0.5) cut.add('right');
      }
      if (overflowY !== 'visible') {
        if (ring.top < top - 0.5) cut.add('top');
        if (ring.bottom > top + around.clientHeight + 0.5) cut.add('bottom');
      }
      if (getComputedStyle(around).position === 'fixed') break;
    }
    return { on, width, cut: [...cut] };
  });
