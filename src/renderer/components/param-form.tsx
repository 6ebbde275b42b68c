/** The one form of all methods, drawn from a method's JSON Schema. */
import { Autocomplete, Button, Input, SegmentedControl, Select, Slider, Switch, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { shown } from '../../charts/numbers.ts';
import { type Field, type Fix, groupFields, isChanged, type Problem, type Problems, type Values } from './params.ts';
import './param-form.css';

export interface ParamFormProps {
  readonly fields: readonly Field[];
  readonly values: Values;
  readonly onChange: (key: string, value: unknown) => void;
  readonly onReset: () => void;
  /** What is wrong now; shown when a field was left, all of it once `insist`. */
  readonly problems: Problems;
  readonly insist: boolean;
  /** Names to offer for fields that hold a model, a dataset or a judge, by key. */
  readonly offers?: Readonly<Record<string, Offer>>;
  /** Beside Reset: sets of values to begin from. */
  readonly presets?: ReactNode;
}

/** Names that a field may hold; `free`: others may be typed. */
export interface Offer {
  readonly names: readonly string[];
  readonly free?: boolean;
}

type View = 'common' | 'all' | 'changed';

interface ControlProps {
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly error: ReactNode;
  readonly offer: Offer | undefined;
}

const asText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
/** "5e-7", "−1" with its own minus, "" = not set. What is no number stays text, which the check reports. */
export function parseNumber(line: string): unknown {
  const text = line.trim().replace('−', '-');
  if (text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : line;
}

/** Numbers are shown as they are typed: 1e-6 rather than 0.000001. */
const numberText = (value: unknown): string =>
  typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : asText(value);

/** Range of a slider: shares and the like; null where a slider would be no help. */
function sliderRange({ kind, minimum, maximum }: Field): readonly [number, number] | null {
  return kind === 'number' && minimum !== null && maximum !== null && maximum - minimum <= 1
    ? [minimum, maximum]
    : null;
}

function NumberControl({ field, value, onChange, error }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const range = sliderRange(field);
  const input = (
    <TextInput
      id={`param-${field.key}`}
      className="pl-grow"
      inputMode="decimal"
      value={typed ?? numberText(value)}
      placeholder={field.required ? '' : numberText(field.fallback)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(parseNumber(event.currentTarget.value));
      }}
      onBlur={() => setTyped(null)}
      error={range ? Boolean(error) : error}
      aria-describedby={range && error ? `param-${field.key}-error` : undefined}
      rightSection={field.unit ? <span className="pl-unit">{field.unit}</span> : undefined}
      rightSectionWidth={field.unit ? 16 + field.unit.length * 7 : undefined}
      rightSectionPointerEvents="none"
    />
  );
  if (!range) return input;
  const [low, high] = range;
  return (
    <div className="pl-slider-field">
      <Slider
        value={typeof value === 'number' ? value : Number(field.fallback ?? low)}
        min={low}
        max={high}
        step={(high - low) / 100}
        onChange={(next) => onChange(Number(next.toFixed(4)))}
        thumbLabel={field.title}
      />
      {input}
      {error && (
        <Input.Error id={`param-${field.key}-error`} className="pl-slider-error">
          {error}
        </Input.Error>
      )}
    </div>
  );
}

/** A list or an object is typed as text and parsed when the field is left. */
function TextControl({ field, value, onChange, error }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const list = Array.isArray(value) ? value.join(', ') : asText(value);
  const parse = (line: string): unknown => {
    if (line.trim() === '') return undefined;
    if (field.kind === 'text') return line;
    if (field.kind === 'list') {
      const items = line.split(',').map((item) => item.trim());
      return items.every((item) => item !== '' && Number.isFinite(Number(item))) ? items.map(Number) : items;
    }
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return line; // stays text, which the check reports
    }
  };
  return (
    <TextInput
      id={`param-${field.key}`}
      value={typed ?? (field.kind === 'list' ? list : asText(value))}
      placeholder={field.fallback === undefined ? (field.kind === 'list' ? 'a, b' : '') : asText(field.fallback)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        if (field.kind === 'text') onChange(parse(event.currentTarget.value));
      }}
      onBlur={() => {
        if (typed !== null) onChange(parse(typed));
        setTyped(null);
      }}
      error={error}
    />
  );
}

function OfferControl({ field, value, onChange, error, offer }: ControlProps & { readonly offer: Offer }) {
  const shared = { id: `param-${field.key}`, error, clearButtonProps: { 'aria-label': `Clear ${field.title}` } };
  if (offer.free)
    return (
      <Autocomplete
        {...shared}
        data={[...offer.names]}
        value={asText(value)}
        onChange={(next) => onChange(next.trim() === '' ? undefined : next)}
        clearable
      />
    );
  return (
    <Select
      {...shared}
      data={[...new Set([...offer.names, ...(typeof value === 'string' ? [value] : [])])]}
      value={typeof value === 'string' ? value : null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      searchable
      placeholder="as it starts"
    />
  );
}

function Control(props: ControlProps) {
  const { field, value, onChange, error, offer } = props;
  if (offer) return <OfferControl {...props} offer={offer} />;
  if (field.kind === 'number' || field.kind === 'integer') return <NumberControl {...props} />;
  if (field.kind === 'switch')
    return (
      <Switch
        id={`param-${field.key}`}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
        aria-label={field.title}
        error={error}
      />
    );
  if (field.kind === 'choice' && (typeof value === (field.numeric ? 'number' : 'string') || value === undefined)) {
    const choose = (next: string) => onChange(field.numeric ? Number(next) : next);
    const few = field.choices.length <= 3 && field.choices.join('').length <= 22;
    const now = value === undefined ? null : String(value);
    if (few && now !== null)
      return <SegmentedControl data={[...field.choices]} value={now} onChange={choose} aria-label={field.title} />;
    return (
      <Select
        id={`param-${field.key}`}
        data={[...field.choices]}
        value={now}
        onChange={(next) => (next === null ? onChange(undefined) : choose(next))}
        error={error}
      />
    );
  }
  return <TextControl {...props} />;
}

/** The sentence, and each way to mend it as a link. */
function ProblemText({ problem, onFix }: { problem: Problem; onFix: (fix: Fix) => void }) {
  return (
    <>
      {problem.text}{' '}
      {problem.fixes.map((fix, index) => (
        <span key={fix.label}>
          {index > 0 && ', '}
          <button type="button" className="pl-link pl-fix" onClick={() => onFix(fix)}>
            {fix.label}
          </button>
        </span>
      ))}
    </>
  );
}

interface FieldRowProps {
  readonly field: Field;
  readonly values: Values;
  readonly onChange: (key: string, value: unknown) => void;
  readonly problem: Problem | undefined;
  /** The user asked to go on: problems are shown before the field was left. */
  readonly insist: boolean;
  readonly offer?: Offer;
}

export function FieldRow({ field, values, onChange, problem, insist, offer }: FieldRowProps) {
  const [left, setLeft] = useState(false);
  const shownProblem = left || insist ? problem : undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears that the field inside was left
    <div className="pl-param" onBlur={() => setLeft(true)} data-invalid={shownProblem ? '' : undefined}>
      <div className="pl-param-text">
        <label htmlFor={`param-${field.key}`}>
          <span className="pl-strong">{field.title}</span> <code className="pl-2">{field.key}</code>
        </label>
        <p className="pl-caption">{field.description}</p>
      </div>
      <div className="pl-param-control">
        <Control
          field={field}
          value={values[field.key] ?? field.fallback}
          onChange={(value) => onChange(field.key, value)}
          error={shownProblem && <ProblemText problem={shownProblem} onFix={(fix) => onChange(fix.key, fix.value)} />}
          offer={offer}
        />
        {isChanged(field, values) && field.fallback !== undefined && !shownProblem && (
          <button type="button" className="pl-link pl-reset" onClick={() => onChange(field.key, undefined)}>
            back to {shown(field.fallback)}
          </button>
        )}
      </div>
    </div>
  );
}

export function ParamForm({
  fields,
  values,
  onChange,
  onReset,
  problems,
  insist,
  offers = {},
  presets,
}: ParamFormProps) {
  const [view, setView] = useState<View>('common');
  const [asked, setAsked] = useState('');
  const changed = fields.filter((field) => isChanged(field, values));
  const common = fields.filter((field) => field.common || (insist && problems[field.key]));
  const chosen = asked !== '' || view === 'all' ? fields : view === 'common' ? common : changed;
  const question = asked.toLowerCase();
  const found = chosen.filter((field) =>
    `${field.title} ${field.key} ${field.description}`.toLowerCase().includes(question),
  );
  const label = (name: string, count: number) => (
    <>
      {name} <span className="pl-3">{count}</span>
    </>
  );
  return (
    <div className="pl-params">
      <div className="pl-toolbar">
        <TextInput
          data-search=""
          aria-label="Find a parameter"
          placeholder="Find a parameter"
          leftSection={<IconSearch />}
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
          w={200}
        />
        <SegmentedControl
          aria-label="Which parameters"
          value={view}
          onChange={(next) => setView(next as View)}
          data={[
            { value: 'common', label: label('Common', common.length) },
            { value: 'all', label: label('All', fields.length) },
            { value: 'changed', label: label('Changed', changed.length) },
          ]}
        />
        <span className="pl-grow" />
        {presets}
        <Button variant="subtle" onClick={onReset}>
          Reset
        </Button>
      </div>
      <div className="pl-card pl-param-card">
        {groupFields(found).map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h2>{group.title}</h2>
            {group.fields.map((field) => (
              <FieldRow
                key={field.key}
                field={field}
                values={values}
                onChange={onChange}
                problem={problems[field.key]}
                insist={insist}
                offer={offers[field.key]}
              />
            ))}
          </section>
        ))}
        {found.length === 0 && (
          <p className="pl-2" style={{ padding: '12px 0' }}>
            {asked !== '' ? `No parameter matches "${asked}".` : 'Every parameter has its default.'}
          </p>
        )}
      </div>
    </div>
  );
}
