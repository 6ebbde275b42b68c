/**
 * Chat templates as Jinja2 renders them in transformers' setting: ImmutableSandboxedEnvironment with `trim_blocks`, `lstrip_blocks`, loop controls and
 * `{% generation %}`. An interpreter of this project, because exact texts need Python's values: 1.0 beside 1, repr, scopes, sandbox.
 */
import { compile } from './compiler.ts';
import { GLOBALS, RaisedByTemplate } from './globals.ts';
import { fromJavaScript } from './json.ts';
import { TemplateSyntaxError } from './lexer.ts';
import { parse } from './parser.ts';
import { Context, Runtime } from './runtime.ts';
import { isBasic, PythonError, type Value } from './values.ts';
import { startWork } from './work.ts';

export { Exact, exactJson, exactMembers, fromJavaScript, rememberExact } from './json.ts';
export { RaisedByTemplate, TemplateSyntaxError };

/** A template failed while it was rendered: what happened and in which line. */
export class TemplateFailure extends Error {}

export interface Rendered {
  readonly text: string;
  /** [start, end) of what stands in `{% generation %}` blocks, in UTF-16 units. */
  readonly generated: readonly (readonly [number, number])[];
}

export interface JinjaTemplate {
  /** Throws TemplateFailure, or RaisedByTemplate with the template's own message. */
  render(variables: Readonly<Record<string, unknown>>): Rendered;
}

/** Throws TemplateSyntaxError with the line. */
export function compileTemplate(source: string): JinjaTemplate {
  const run = compile(parse(source));
  return { render: (variables) => render(run, variables) };
}

function render(run: ReturnType<typeof compile>, variables: Readonly<Record<string, unknown>>): Rendered {
  const given = new Map<string, Value>();
  for (const [name, value] of Object.entries(variables))
    if (value !== undefined) given.set(name, fromJavaScript(value));
  const runtime = new Runtime();
  startWork();
  try {
    run(runtime, new Context((name) => given.get(name) ?? (given.has(name) ? null : GLOBALS.get(name))));
  } catch (cause) {
    if (cause instanceof PythonError) throw new TemplateFailure(`${cause.message} (line ${runtime.line})`, { cause });
    if (cause instanceof RangeError)
      throw new TemplateFailure(`it goes too deep or grows too large: ${cause.message} (line ${runtime.line})`, {
        cause,
      });
    throw cause;
  }
  const { text } = runtime.root;
  const place = unitsOf(text);
  return { text, generated: runtime.generated.map(([start, end]) => [place(start), place(end)] as const) };
}

/** Places counted in characters, as Python does, in UTF-16 units. */
function unitsOf(text: string): (character: number) => number {
  if (isBasic(text)) return (character) => Math.min(character, text.length);
  const starts: number[] = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) starts.push(at);
  return (character) => starts[character] ?? text.length;
}
