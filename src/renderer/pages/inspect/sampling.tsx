/** How tokens are drawn: a row of tags that says it, and the form behind it; for all panes, or for one alone. */
import { ActionIcon, Button, Checkbox, Input, Popover, SegmentedControl, TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { shown } from '../../../charts/numbers.ts';
import type { SamplingSettings } from '../../../preload/contract/index.ts';
import { GrowingText } from '../../components/growing-text.tsx';
import { Tag } from '../../components/labels.tsx';
import { DEFAULT_SAMPLING } from './state.ts';

type NumberKey = 'temperature' | 'topK' | 'topP' | 'minP' | 'repetitionPenalty' | 'maxTokens' | 'seed';

interface NumberField {
  readonly key: NumberKey;
  readonly title: string;
  readonly option: string;
  readonly help: string;
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  /** The least itself is refused. */
  readonly above?: boolean;
}

/** In the order and with the bounds of the contract. */
export const FIELDS: readonly NumberField[] = [
  {
    key: 'temperature',
    title: 'Temperature',
    option: 'temperature',
    help: 'Divides the logits',
    least: 0,
    most: 100,
    above: true,
  },
  { key: 'topK', title: 'Top-k', option: 'top_k', help: '0 keeps all tokens', least: 0, most: 1_000_000, whole: true },
  { key: 'topP', title: 'Top-p', option: 'top_p', help: '1 keeps all', least: 0, most: 1 },
  { key: 'minP', title: 'Min-p', option: 'min_p', help: 'Times the likeliest; 0 keeps all', least: 0, most: 1 },
  {
    key: 'repetitionPenalty',
    title: 'Repetition penalty',
    option: 'repetition_penalty',
    help: '1 is none',
    least: 0,
    most: 100,
    above: true,
  },
  {
    key: 'maxTokens',
    title: 'Longest answer',
    option: 'max_new_tokens',
    help: 'Tokens',
    least: 1,
    most: 4096,
    whole: true,
  },
  {
    key: 'seed',
    title: 'Seed',
    option: 'seed',
    help: 'Same seed, same text',
    least: 0,
    most: 2 ** 32 - 1,
    whole: true,
  },
];

/** What is wrong with a number as typed; null when nothing is. */
export function fieldProblem({ least, most, whole, above }: NumberField, typed: string): string | null {
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replace('−', '-'));
  const inside = value <= most && (above ? value > least : value >= least) && (!whole || Number.isInteger(value));
  if (inside) return null;
  return `A ${whole ? 'whole ' : ''}number ${above ? 'above' : 'from'} ${least} ${above ? 'and up' : ''} to ${most}`.replace(
    '  ',
    ' ',
  );
}

function NumberInput({
  field,
  value,
  onChange,
}: {
  field: NumberField;
  value: number;
  onChange: (value: number) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const problem = typed === null ? null : fieldProblem(field, typed);
  return (
    <div className="pl-sampling-field">
      <label htmlFor={id}>
        <span className="pl-strong">{field.title}</span> <code className="pl-2">{field.option}</code>
        <span className="pl-caption">{field.help}</span>
      </label>
      <TextInput
        id={id}
        inputMode="decimal"
        value={typed ?? String(value)}
        error={problem}
        onChange={(event) => {
          const line = event.currentTarget.value;
          setTyped(line);
          if (fieldProblem(field, line) === null) onChange(Number(line.replace('−', '-')));
        }}
        onBlur={() => setTyped(null)}
      />
    </div>
  );
}

/** Settings kept by an earlier version name no bits. */
const bitsOf = ({ weightBits }: Partial<SamplingSettings>) => weightBits ?? 32;

/** What differs from the defaults, temperature, length and seed always. */
export function settingsWords(settings: SamplingSettings): readonly string[] {
  const { greedy, temperature, topK, topP, minP, repetitionPenalty, maxTokens, stop, seed, weightBits } = settings;
  return [
    ...(greedy ? ['greedy'] : [`temperature ${shown(temperature)}`]),
    ...(!greedy && topK > 0 ? [`top-k ${topK}`] : []),
    ...(!greedy && topP < 1 ? [`top-p ${shown(topP)}`] : []),
    ...(!greedy && minP > 0 ? [`min-p ${shown(minP)}`] : []),
    ...(repetitionPenalty !== 1 ? [`penalty ${shown(repetitionPenalty)}`] : []),
    ...(greedy ? [] : [`seed ${seed}`]),
    `max ${maxTokens} tok`,
    ...(stop.length > 0 ? [`${stop.length} stop`] : []),
    ...(bitsOf(settings) === 32 ? [] : [`${weightBits}-bit weights`]),
  ];
}

/** Stop strings are typed one a line; "\\n" stands for a line end. */
export const stopLines = (stop: readonly string[]): string =>
  stop.map((text) => text.replaceAll('\n', '\\n')).join('\n');
export const parseStops = (lines: string): string[] =>
  lines
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => text.replaceAll('\\n', '\n'));

const BITS = [32, 8, 4] as const;

function Form({ settings, onChange }: { settings: SamplingSettings; onChange: (settings: SamplingSettings) => void }) {
  const [stops, setStops] = useState(stopLines(settings.stop));
  const set = (change: Partial<SamplingSettings>) => onChange({ ...settings, ...change });
  return (
    <>
      <Checkbox
        label="Greedy: always the likeliest token"
        checked={settings.greedy}
        onChange={(event) => set({ greedy: event.currentTarget.checked })}
      />
      {FIELDS.map((field) => (
        <NumberInput
          key={field.key}
          field={field}
          value={settings[field.key]}
          onChange={(value) => set({ [field.key]: value })}
        />
      ))}
      <Input.Wrapper
        labelElement="div"
        label="Weights while writing"
        description="Bits of each weight; 8 and 4 read less memory and change the model a little, which is measured"
      >
        <SegmentedControl
          aria-label="Weights while writing"
          data={BITS.map((bits) => ({ value: String(bits), label: `${bits} bit` }))}
          value={String(bitsOf(settings))}
          onChange={(value) => set({ weightBits: BITS.find((bits) => String(bits) === value) })}
        />
      </Input.Wrapper>
      <GrowingText
        label="Stop strings"
        description="One a line; \n is a line end"
        minRows={1}
        maxRows={4}
        value={stops}
        onChange={(event) => {
          setStops(event.currentTarget.value);
          set({ stop: parseStops(event.currentTarget.value).slice(0, 16) });
        }}
      />
    </>
  );
}

export interface SamplingProps {
  readonly label: string;
  readonly settings: SamplingSettings;
  readonly onChange: (settings: SamplingSettings) => void;
  /** Of one pane: back to what all share. */
  readonly onShare?: () => void;
  readonly compact?: boolean;
}

export function Sampling({ label, settings, onChange, onShare, compact = false }: SamplingProps) {
  return (
    <div className="pl-sampling">
      {!compact && settingsWords(settings).map((word) => <Tag key={word}>{word}</Tag>)}
      <Popover position="bottom-end" width={380} trapFocus withinPortal={false}>
        <Popover.Target>
          <ActionIcon aria-label={label} size={24}>
            <IconAdjustmentsHorizontal />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label={label}>
          <div className="pl-sampling-form">
            <Form settings={settings} onChange={onChange} />
            <div className="pl-row">
              <Button onClick={() => onChange(DEFAULT_SAMPLING)}>Defaults</Button>
              {onShare && <Button onClick={onShare}>The same as all</Button>}
            </div>
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
