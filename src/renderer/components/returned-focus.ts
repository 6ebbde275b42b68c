/** Where the focus goes when the part of the page that has it leaves. */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';

/** What takes it where its opener is gone, as the row is that was deleted: the list it stood in, else the page. */
const instead = () => document.querySelector('[role="grid"]') ?? document.querySelector('main');

/** Once what leaves has left; whoever has the focus by then was given it on purpose. */
function focusAfter(wanted: Element | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const target = wanted?.isConnected && wanted !== document.body ? wanted : instead();
    if (target instanceof HTMLElement) target.focus();
  });
}

/** When the part that calls this leaves the page, the focus goes back to what had it before. */
export function useReturnedFocus(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => focusAfter(opener), [opener]);
}

/** When `part` leaves the page with the focus in it, the list or the page has it. */
export function useKeptFocus(part: RefObject<HTMLElement | null>): void {
  // before the part is taken out: afterwards nothing tells where the focus was
  useLayoutEffect(() => {
    const element = part.current;
    return () => {
      if (element?.contains(document.activeElement)) focusAfter(null);
    };
  }, [part]);
}
