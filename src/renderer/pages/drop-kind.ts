/** What was dropped on the window: a model or data, by names alone. */

export type DropKind = 'model folder' | 'model file' | 'data';

/** `folder`: a folder was dropped, with these files in it. */
export function dropKind(names: readonly string[], folder: boolean): DropKind {
  if (folder || names.includes('config.json') || names.some((name) => /\.safetensors$/i.test(name)))
    return 'model folder';
  return names.length > 0 && /\.(?:gguf|bin)$/i.test(names[0]) ? 'model file' : 'data';
}
