/** The scrolling part of a page: reachable by keyboard, because it scrolls, and named. */
import type { ReactNode } from 'react';

export function Content({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="pl-content" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
