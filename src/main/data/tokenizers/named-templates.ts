/** The chat templates of a model folder by name: most have one, "default"; some another for tools. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { namesInside, TEMPLATE_FOLDER } from '../checkpoints/inside.ts';
import { isObject, type Json } from './pipeline/component.ts';
import { TokenizerError } from './tokenizer.ts';

/** A chat template is a page of text. */
const MAX_TEMPLATE_BYTES = 4 << 20;
const DEFAULT = 'default';
const FOR_TOOLS = 'tool_use';

export type NamedTemplates = ReadonlyMap<string, string>;

function readTemplate(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_TEMPLATE_BYTES)
    throw new TokenizerError(`${path}: ${size} bytes; a chat template has at most ${MAX_TEMPLATE_BYTES}`);
  return readFileSync(path, 'utf8');
}

/** Files win over tokenizer_config.json's "chat_template" (one text, a list of {name, template}, or a dictionary). */
export function readTemplates(folder: string, config: Json): NamedTemplates {
  const file = join(folder, 'chat_template.jinja');
  const more = namesInside(folder).filter((name) => name.startsWith(`${TEMPLATE_FOLDER}/`));
  const files = [
    ...(existsSync(file) ? [[DEFAULT, readTemplate(file)] as const] : []),
    ...more.sort().map((name) => [basename(name, '.jinja'), readTemplate(join(folder, name))] as const),
  ];
  return files.length > 0 ? new Map(files) : configuredTemplates(config.chat_template);
}

export function configuredTemplates(value: unknown): NamedTemplates {
  if (typeof value === 'string') return new Map([[DEFAULT, value]]);
  const entries: (readonly [unknown, unknown])[] = Array.isArray(value)
    ? value.filter(isObject).map((entry) => [entry.name, entry.template])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return new Map(
    entries.flatMap(([name, template]) =>
      typeof name === 'string' && typeof template === 'string' ? [[name, template]] : [],
    ),
  );
}

export const defaultTemplate = (templates: NamedTemplates): string | null => templates.get(DEFAULT) ?? null;

/** The template for a conversation with or without tools. Throws TokenizerError when it would be a guess. */
export function chosenTemplate(templates: NamedTemplates, withTools: boolean, origin: string): string {
  const chosen = (withTools ? templates.get(FOR_TOOLS) : undefined) ?? templates.get(DEFAULT);
  if (chosen) return chosen;
  const names = [...templates.keys()];
  throw new TokenizerError(
    names.length === 0
      ? `${origin}: there is no chat template; give one, or use plain text`
      : `${origin}: its chat templates are named ${names.join(', ')}, none of them "${DEFAULT}"; give one`,
  );
}

/** How templates are saved: one as a file, several within tokenizer_config.json. */
export function savedTemplates(templates: NamedTemplates, config: Json): { config: Json; file: string | null } {
  const { chat_template: _, ...rest } = config;
  const only = templates.size === 1 ? defaultTemplate(templates) : null;
  if (templates.size === 0 || only !== null) return { config, file: only };
  return {
    config: { ...rest, chat_template: [...templates].map(([name, template]) => ({ name, template })) },
    file: null,
  };
}
