/** A method's JSON Schema as form fields: what kind of control each option gets, and what is wrong with a value. */

export type FieldKind = 'number' | 'integer' | 'switch' | 'choice' | 'text' | 'list' | 'json';

export interface Field {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly group: string;
  readonly common: boolean;
  readonly kind: FieldKind;
  readonly choices: readonly string[];
  /** The choices are numbers, here as text. */
  readonly numeric: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The bound itself is not allowed. */
  readonly open: { readonly low: boolean; readonly high: boolean };
  readonly fallback: unknown;
  readonly required: boolean;
  /** It works only with some choices of another option; with others it must stay at its default. */
  readonly usedBy: { readonly key: string; readonly choices: readonly string[] } | null;
}

/** What is wrong with a value, and the changes that would mend it. */
export interface Problem {
  readonly text: string;
  readonly fixes: readonly Fix[];
}
export interface Fix {
  readonly label: string;
  readonly key: string;
  readonly value: unknown;
}

export type Problems = Readonly<Record<string, Problem>>;

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

type Schema = Readonly<Record<string, unknown>>;

const GROUPS = ['Objective', 'Annotator', 'Sampling', 'Training', 'Adapter', 'Evaluation', 'Model'];
/** Zod writes the safe-integer range as bounds of every integer; it says nothing to a reader. */
const SAFE = Number.MAX_SAFE_INTEGER;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const bound = (value: unknown): number | null => (typeof value === 'number' && Math.abs(value) < SAFE ? value : null);

/** First alternative that a single control can edit; null ("not set") is covered by an empty field. */
function plainSchema(schema: Schema): Schema {
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (!alternatives) return schema;
  const usable = alternatives.filter(isSchema).filter((each) => each.type !== 'null');
  const onOff = usable.find((each) => each.type === 'boolean');
  return onOff ?? usable.find((each) => each.enum !== undefined || each.const !== undefined) ?? usable[0] ?? schema;
}

function kindOf(schema: Schema, choices: readonly string[]): FieldKind {
  if (choices.length > 0) return 'choice';
  switch (schema.type) {
    case 'boolean':
      return 'switch';
    case 'integer':
      return 'integer';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    case 'array':
      return isSchema(schema.items) && (schema.items.type === 'string' || schema.items.type === 'number')
        ? 'list'
        : 'json';
    default:
      return 'json';
  }
}

function fieldOf(key: string, schema: Schema, required: boolean): Field {
  const plain = plainSchema(schema);
  const values: readonly unknown[] = Array.isArray(plain.enum) ? plain.enum : [];
  const choices = values.filter((each) => typeof each === 'string' || typeof each === 'number').map(String);
  const minimum = bound(plain.exclusiveMinimum) ?? bound(plain.minimum);
  const maximum = bound(plain.exclusiveMaximum) ?? bound(plain.maximum);
  return {
    key,
    title: text(schema.title, key),
    description: text(schema.description),
    unit: text(schema.unit),
    group: text(schema.group, 'Training'),
    common: schema.common === true,
    kind: kindOf(plain, choices),
    choices,
    numeric: choices.length > 0 && values.every((each) => typeof each === 'number'),
    minimum,
    maximum,
    open: { low: bound(plain.exclusiveMinimum) !== null, high: bound(plain.exclusiveMaximum) !== null },
    fallback: schema.default,
    required: required && schema.default === undefined,
    usedBy: usedByOf(schema.usedBy),
  };
}

function usedByOf(value: unknown): Field['usedBy'] {
  if (!isSchema(value) || typeof value.key !== 'string' || !Array.isArray(value.choices)) return null;
  return { key: value.key, choices: value.choices.filter((each) => typeof each === 'string') };
}

/** Fields of an object schema, in its order; `without` names keys that another step of the wizard sets. */
export function fieldsOf(schema: Schema, without: readonly string[] = []): readonly Field[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties)
    .filter(([key, value]) => isSchema(value) && !without.includes(key))
    .map(([key, value]) => fieldOf(key, value as Schema, required.includes(key)));
}

/** Fields by group: Objective, Sampling, Training, Evaluation, Model, then others. */
export function groupFields(fields: readonly Field[]): readonly FieldGroup[] {
  const titles = [...new Set([...GROUPS, ...fields.map((field) => field.group)])];
  return titles
    .map((title) => ({ title, fields: fields.filter((field) => field.group === title) }))
    .filter((group) => group.fields.length > 0);
}

export type Values = Readonly<Record<string, unknown>>;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Whether the user has set something else than the default. */
export const isChanged = (field: Field, values: Values): boolean =>
  values[field.key] !== undefined && !same(values[field.key], field.fallback);

const plain = (text: string): Problem => ({ text, fixes: [] });

/** The bound as a fix, where it may be taken itself. */
function outside(field: Field, text: string, bound: number, open: boolean): Problem {
  return { text, fixes: open ? [] : [{ label: String(bound), key: field.key, value: bound }] };
}

function numberProblem(field: Field, value: unknown): Problem | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return plain('Enter a number, such as 0.1 or 5e-7.');
  if (field.kind === 'integer' && !Number.isInteger(value)) {
    const near = Math.round(value);
    return {
      text: `Enter a whole number, such as ${near}.`,
      fixes: [{ label: String(near), key: field.key, value: near }],
    };
  }
  const { minimum: low, maximum: high, open } = field;
  if (low !== null && (open.low ? value <= low : value < low))
    return outside(field, `Enter a number ${open.low ? 'above' : 'from'} ${low}.`, low, open.low);
  if (high !== null && (open.high ? value >= high : value > high))
    return outside(field, `Enter a number ${open.high ? 'below' : 'up to'} ${high}.`, high, open.high);
  return null;
}

/** What is wrong with the value by itself and how to mend it; null when it may be sent. */
export function problemOf(field: Field, value: unknown): Problem | null {
  if (value === undefined || value === '') return field.required ? plain('This needs a value.') : null;
  switch (field.kind) {
    case 'number':
    case 'integer':
      return value === null ? null : numberProblem(field, value);
    case 'switch':
      return typeof value === 'boolean' ? null : plain('Enter on or off.');
    case 'choice':
      return !field.choices.includes(String(value)) && typeof value === (field.numeric ? 'number' : 'string')
        ? plain(`Choose one of ${field.choices.join(', ')}.`)
        : null;
    case 'json':
      return typeof value === 'string' ? plain('Enter JSON, such as {"name": 1}.') : null;
    default:
      return null;
  }
}

/** Ways out that are offered; the control itself has them all. */
const MOST_FIXES = 4;

/** An option that the choice elsewhere has no use for. */
function unusedProblem(field: Field, fields: readonly Field[], values: Values): Problem | null {
  const { usedBy } = field;
  if (!usedBy || !isChanged(field, values)) return null;
  const other = fields.find(({ key }) => key === usedBy.key);
  const chosen = [values[usedBy.key] ?? other?.fallback].flat().map(String);
  if (chosen.some((choice) => usedBy.choices.includes(choice))) return null;
  return {
    text: `${chosen.join(', ')} does not use ${field.key}. Choose another ${usedBy.key}, or set it back:`,
    fixes: [
      ...usedBy.choices.slice(0, MOST_FIXES).map((choice) => ({ label: choice, key: usedBy.key, value: choice })),
      { label: String(field.fallback), key: field.key, value: field.fallback },
    ],
  };
}

/** All problems by key. */
export function problemsOf(fields: readonly Field[], values: Values): Problems {
  const found: Record<string, Problem> = {};
  for (const field of fields) {
    const problem = problemOf(field, values[field.key]) ?? unusedProblem(field, fields, values);
    if (problem) found[field.key] = problem;
  }
  return found;
}

/** One value as it is typed, in the field's own kind; what cannot be read stays text, which `problemOf` reports. */
export function parseValue({ kind }: Field, text: string): unknown {
  const plainText = text.replace('−', '-');
  if (kind === 'number' || kind === 'integer')
    return plainText !== '' && Number.isFinite(Number(plainText)) ? Number(plainText) : text;
  if (kind === 'switch' && ['true', 'on'].includes(text)) return true;
  return kind === 'switch' && ['false', 'off'].includes(text) ? false : text;
}

/** What the host is sent: only what differs from the defaults, which it fills in itself. */
export function changedValues(fields: readonly Field[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter((field) => isChanged(field, values) && values[field.key] !== '')
      .map((field) => [field.key, values[field.key]]),
  );
}
