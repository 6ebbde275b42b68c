/** A text field that is as high as its text. Its height comes from a copy in the same grid cell, so that a key asks for no layout of its own. */
import { Textarea, type TextareaProps } from '@mantine/core';
import './growing-text.css';

export interface GrowingTextProps extends Omit<TextareaProps, 'value' | 'autosize' | 'resize' | 'attributes'> {
  readonly value: string;
  /** Lines that there is room for at least; 1 unless told. */
  readonly minRows?: number;
  /** More lines scroll. */
  readonly maxRows: number;
}

export function GrowingText({ value, minRows = 1, maxRows, className, style, ...others }: GrowingTextProps) {
  return (
    <Textarea
      {...others}
      className={className ? `pl-growing ${className}` : 'pl-growing'}
      style={[{ '--rows-least': minRows, '--rows-most': maxRows }, style]}
      rows={minRows}
      value={value}
      attributes={{ wrapper: { 'data-text': value } }}
    />
  );
}
