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
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The bound itself is not allowed. */
  readonly open: { readonly low: boolean; readonly high: boolean };
  readonly fallback: unknown;
  readonly required: boolean;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

type Schema = Readonly<Record<string, unknown>>;

const GROUPS = ['Objective', 'Sampling', 'Training', 'Evaluation', 'Model'];
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
  return usable.find((each) => each.enum !== undefined || each.const !== undefined) ?? usable[0] ?? schema;
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
  const choices = Array.isArray(plain.enum) ? plain.enum.filter((each) => typeof each === 'string') : [];
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
    minimum,
    maximum,
    open: { low: bound(plain.exclusiveMinimum) !== null, high: bound(plain.exclusiveMaximum) !== null },
    fallback: schema.default,
    required: required && schema.default === undefined,
  };
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

function numberProblem(field: Field, value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'Enter a number.';
  if (field.kind === 'integer' && !Number.isInteger(value))
    return `Enter a whole number, such as ${Math.round(value)}.`;
  const { minimum: low, maximum: high, open } = field;
  if (low !== null && (open.low ? value <= low : value < low))
    return `Enter a number ${open.low ? 'above' : 'from'} ${low}.`;
  if (high !== null && (open.high ? value >= high : value > high))
    return `Enter a number ${open.high ? 'below' : 'up to'} ${high}.`;
  return null;
}

/** What is wrong with the value and how to mend it; null when it may be sent. */
export function problemOf(field: Field, value: unknown): string | null {
  if (value === undefined || value === '') return field.required ? 'This needs a value.' : null;
  switch (field.kind) {
    case 'number':
    case 'integer':
      return numberProblem(field, value);
    case 'choice':
      return typeof value === 'string' && !field.choices.includes(value)
        ? `Choose one of ${field.choices.join(', ')}.`
        : null;
    case 'json':
      return typeof value === 'string' ? 'Enter JSON, such as {"name": 1}.' : null;
    default:
      return null;
  }
}

/** All problems by key. */
export function problemsOf(fields: readonly Field[], values: Values): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const problem = problemOf(field, values[field.key]);
    if (problem) found[field.key] = problem;
  }
  return found;
}

/** What the host is sent: only what differs from the defaults, which it fills in itself. */
export function changedValues(fields: readonly Field[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter((field) => isChanged(field, values) && values[field.key] !== '')
      .map((field) => [field.key, values[field.key]]),
  );
}
