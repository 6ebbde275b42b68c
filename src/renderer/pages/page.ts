/** What a page of the navigation is. */
import type { ComponentType } from 'react';

/** Something to do that the palette offers. */
export interface PageAction {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  readonly path: string;
}

export interface Page {
  readonly id: string;
  readonly title: string;
  /** Where its link leads. */
  readonly path: string;
  /** Beginnings of the paths that belong to it: the navigation shows it as current there. */
  readonly under: readonly string[];
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  readonly actions?: readonly PageAction[];
  /** Letter after G. */
  readonly key: string;
  /** wouter pattern → component; the first match is drawn. */
  readonly routes: readonly (readonly [
    pattern: string,
    component: ComponentType<{ params: Record<string, string> }>,
  ])[];
}
