/** A floating layer beside an element: below it where there is room, else above; always inside the window. */
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

const GAP = 6;
const EDGE = 8;

export function Anchored({ at, children }: { at: HTMLElement; children: ReactNode }) {
  const layer = useRef<HTMLDivElement>(null);
  // after every drawing: what is shown may have changed its size
  useLayoutEffect(() => {
    const { current } = layer;
    if (!current) return;
    const anchor = at.getBoundingClientRect();
    const own = current.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(anchor.left, innerWidth - own.width - EDGE));
    const below = anchor.bottom + GAP;
    const top = below + own.height <= innerHeight - EDGE ? below : Math.max(EDGE, anchor.top - GAP - own.height);
    current.style.left = `${left}px`;
    current.style.top = `${top}px`;
  });
  // beside the page's parts, not inside: what contains its own layout would be what "fixed" is measured from
  return createPortal(
    <div ref={layer} className="pl-anchored">
      {children}
    </div>,
    document.querySelector('main') ?? document.body,
  );
}
