/** The licence that a model's card (README.md) names in its front matter, as the hub has it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Licence {
  /** The hub's id: "apache-2.0"; "other" where `name` tells. */
  readonly id: string;
  readonly name?: string;
  readonly link?: string;
}

/** A card is a page or two. */
const MAX_CARD_BYTES = 4 << 20;

/** Null when nothing says so. */
export function licenceOf(folder: string): Licence | null {
  const path = join(folder, 'README.md');
  if (!existsSync(path) || statSync(path).size > MAX_CARD_BYTES) return null;
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, 'utf8'))?.[1];
  if (front === undefined) return null;
  try {
    const found = (parse(front) ?? {}) as Record<string, unknown>;
    return licenceFrom({ id: found.license, name: found.license_name, link: found.license_link });
  } catch {
    // a card of others that is no YAML says nothing; the export does not depend on it
    return null;
  }
}

/** Of fields that may hold anything; null where the licence itself is no text. */
export function licenceFrom({ id, name, link }: Readonly<Record<'id' | 'name' | 'link', unknown>>): Licence | null {
  if (typeof id !== 'string' || id.trim() === '') return null;
  return {
    id,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof link === 'string' ? { link } : {}),
  };
}

/** The hub's ids are of this form; a licence by another name is its "other". */
const HUB_ID = /^[a-z0-9][a-z0-9.+-]*$/;

/** `license` and what goes with it in a card's front matter. */
export function licenceFront(licence: Licence | null): Record<string, string> {
  if (licence === null) return {};
  const isKnown = HUB_ID.test(licence.id);
  const name = licence.name ?? (isKnown ? undefined : licence.id);
  const slug = name
    ?.toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return {
    license: isKnown ? licence.id : 'other',
    ...(slug ? { license_name: slug } : {}),
    ...(licence.link === undefined ? {} : { license_link: licence.link }),
  };
}
