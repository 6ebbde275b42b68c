/** The end-to-end specs: one file a subject, one line here. */
import { frameSpecs } from './frame.ts';
import { securitySpecs } from './security.ts';
import type { Spec } from './stage.ts';

export const specs: readonly Spec[] = [...frameSpecs, ...securitySpecs];
