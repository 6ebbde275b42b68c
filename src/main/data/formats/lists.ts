/** Lists in the cells of files that have texts alone: CSV writes them as JSON. */

/** The list that a text spells out as JSON; any other value as it is. */
export function listIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // text that merely begins like one
    return value;
  }
}
