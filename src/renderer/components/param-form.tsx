/** The one form of all methods, drawn from a method's JSON Schema. */
import { Button, NumberInput, SegmentedControl, Select, Slider, Switch, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { shown } from '../numbers.ts';
import { type Field, groupFields, isChanged, problemOf, type Values } from './params.ts';
import './param-form.css';

export interface ParamFormProps {
  readonly fields: readonly Field[];
  readonly values: Values;
  readonly onChange: (key: string, value: unknown) => void;
  readonly onReset: () => void;
  /** Problems of the last attempt to go on, and those the host found. */
  readonly problems: Readonly<Record<string, string>>;
  /** Names to offer for fields that hold a model or a dataset. */
  readonly offers?: Readonly<Record<string, readonly string[]>>;
}

type View = 'common' | 'all' | 'changed';

interface ControlProps {
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly error: string | undefined;
  readonly offers: readonly string[] | undefined;
}

const asText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
const asNumber = (value: unknown): number | '' => (typeof value === 'number' ? value : '');

function NumberControl({ field, value, onChange, error }: ControlProps) {
  const { minimum: low, maximum: high } = field;
  const ranged = low !== null && high !== null && high - low <= 1 && !(field.open.low && low === 0 && high > 1);
  const input = (
    <NumberInput
      id={`param-${field.key}`}
      className="pl-grow"
      value={asNumber(value)}
      placeholder={asText(field.fallback)}
      decimalScale={field.kind === 'integer' ? 0 : undefined}
      onChange={(next) => onChange(next === '' ? undefined : Number(next))}
      error={error}
      rightSection={field.unit ? <span className="pl-unit">{field.unit}</span> : undefined}
      rightSectionWidth={field.unit ? 16 + field.unit.length * 7 : undefined}
      rightSectionPointerEvents="none"
    />
  );
  if (!ranged) return input;
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

function Control(props: ControlProps) {
  const { field, value, onChange, error, offers } = props;
  if (offers)
    return (
      <Select
        id={`param-${field.key}`}
        data={[...new Set([...offers, ...(typeof value === 'string' ? [value] : [])])]}
        value={typeof value === 'string' ? value : null}
        onChange={(next) => onChange(next ?? undefined)}
        clearable
        searchable
        placeholder="as it starts"
        error={error}
        clearButtonProps={{ 'aria-label': `Clear ${field.title}` }}
      />
    );
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
  if (field.kind === 'choice' && (typeof value === 'string' || value === undefined)) {
    const few = field.choices.length <= 3 && field.choices.join('').length <= 22;
    const now = typeof value === 'string' ? value : null;
    if (few && now !== null)
      return <SegmentedControl data={[...field.choices]} value={now} onChange={onChange} aria-label={field.title} />;
    return (
      <Select
        id={`param-${field.key}`}
        data={[...field.choices]}
        value={now}
        onChange={(next) => onChange(next ?? undefined)}
        error={error}
      />
    );
  }
  return <TextControl {...props} />;
}

function FieldRow({
  field,
  values,
  onChange,
  problem,
  offers,
}: {
  field: Field;
  values: Values;
  onChange: (value: unknown) => void;
  problem: string | undefined;
  offers: readonly string[] | undefined;
}) {
  const [left, setLeft] = useState(false);
  const value = values[field.key] ?? field.fallback;
  const own = left ? problemOf(field, values[field.key]) : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears that the field inside was left
    <div className="pl-param" onBlur={() => setLeft(true)} data-invalid={problem ? '' : undefined}>
      <div className="pl-param-text">
        <label htmlFor={`param-${field.key}`}>
          <span className="pl-strong">{field.title}</span> <code className="pl-2">{field.key}</code>
        </label>
        <p className="pl-caption">{field.description}</p>
      </div>
      <div className="pl-param-control">
        <Control field={field} value={value} onChange={onChange} error={own ?? problem} offers={offers} />
        {isChanged(field, values) && field.fallback !== undefined && (
          <button type="button" className="pl-link pl-reset" onClick={() => onChange(undefined)}>
            back to {shown(field.fallback)}
          </button>
        )}
      </div>
    </div>
  );
}

export function ParamForm({ fields, values, onChange, onReset, problems, offers = {} }: ParamFormProps) {
  const [view, setView] = useState<View>('common');
  const [asked, setAsked] = useState('');
  const changed = fields.filter((field) => isChanged(field, values));
  const common = fields.filter((field) => field.common || problems[field.key]);
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
                onChange={(value) => onChange(field.key, value)}
                problem={problems[field.key]}
                offers={offers[field.key]}
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
