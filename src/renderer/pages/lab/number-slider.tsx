/** A slider with its number beside it, as a field; on a logarithmic scale where values span decades. */
import { Slider, TextInput } from '@mantine/core';
import { useState } from 'react';
import { parseNumber } from '../../components/param-form.tsx';

export interface NumberSliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly decimals: number;
  readonly onChange: (value: number) => void;
  readonly logarithmic?: boolean;
  readonly width?: number;
  readonly title?: string;
}

/** Places of a logarithmic slider. */
const PLACES = 200;

export function NumberSlider(props: NumberSliderProps) {
  const { label, value, min, max, step, decimals, onChange, logarithmic = false, width = 110, title } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const ratio = Math.log(max / min);
  const place = logarithmic ? Math.round((PLACES * Math.log(value / min)) / ratio) : value;
  const round = (x: number) => Number(x.toFixed(decimals));
  const take = (line: string) => {
    setTyped(line);
    const number = parseNumber(line);
    if (typeof number === 'number' && number >= min && number <= max) onChange(number);
  };
  return (
    <div className="pl-lab-slider" title={title}>
      <span className="pl-strong" aria-hidden="true">
        {label}
      </span>
      <Slider
        w={width}
        min={logarithmic ? 0 : min}
        max={logarithmic ? PLACES : max}
        step={logarithmic ? 1 : step}
        value={place}
        label={null}
        onChange={(next) => onChange(round(logarithmic ? min * Math.exp((next / PLACES) * ratio) : next))}
        thumbLabel={label}
      />
      <TextInput
        aria-label={`${label}, number`}
        inputMode="decimal"
        w={58}
        value={typed ?? value.toFixed(decimals).replace('-', '−')}
        error={typed !== null && parseNumber(typed) !== value}
        onChange={(event) => take(event.currentTarget.value)}
        onBlur={() => setTyped(null)}
      />
    </div>
  );
}
