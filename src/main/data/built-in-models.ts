/** The models that come with the program: the imperfect references of the built-in tasks, in resources/models. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join('resources', 'models');

let found: string | null | undefined;

/** resources/models above this file: the same walk from the source tree, from a build, and from a packaged app. */
function modelsFolder(): string | null {
  if (found !== undefined) return found;
  found = null;
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, FOLDER))) found = join(at, FOLDER);
    if (found !== null || dirname(at) === at) return found;
  }
}

/** Names in order; empty when the program was installed without them. */
export function builtInModels(): string[] {
  const folder = modelsFolder();
  if (folder === null) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'config.json')))
    .sort();
}

/** The folder of a built-in model; undefined when no such model comes with the program. */
export function builtInModelFolder(name: string): string | undefined {
  const folder = modelsFolder();
  if (folder === null || !/^\w[\w-]*$/.test(name)) return undefined;
  const path = join(folder, name);
  return existsSync(join(path, 'config.json')) ? path : undefined;
}
