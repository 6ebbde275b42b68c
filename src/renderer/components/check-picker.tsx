/** A button that opens a list to tick entries of, found by a part of their names. */
import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

export interface CheckEntry {
  readonly id: string;
  /** By which it is found. */
  readonly name: string;
  readonly label?: ReactNode;
  readonly disabled?: boolean;
}

export interface CheckPickerProps {
  readonly button: string;
  readonly icon: ReactNode;
  /** Of the list, for screen readers. */
  readonly title: string;
  readonly find: string;
  readonly placeholder?: string;
  readonly groups: readonly { readonly title?: string; readonly entries: readonly CheckEntry[] }[];
  readonly chosen: readonly string[];
  readonly nothing: string;
  readonly position?: 'bottom-start' | 'bottom-end';
  readonly className: string;
  /** What is chosen when nobody has. */
  readonly reset: string;
  /** null: what is chosen when nobody has. */
  readonly onChange: (chosen: string[] | null) => void;
}

export function CheckPicker(props: CheckPickerProps) {
  const { chosen, onChange } = props;
  const [asked, setAsked] = useState('');
  const groups = props.groups
    .map(({ title, entries }) => ({
      title,
      found: entries.filter(({ name }) => name.toLowerCase().includes(asked.toLowerCase())),
    }))
    .filter(({ found }) => found.length > 0);
  const boxes = (entries: readonly CheckEntry[]) =>
    entries.map(({ id, name, label = name, disabled }) => (
      <Checkbox
        key={id}
        label={label}
        checked={chosen.includes(id)}
        disabled={disabled}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? [...chosen, id] : chosen.filter((each) => each !== id))
        }
      />
    ));
  return (
    <Popover position={props.position} trapFocus>
      <Popover.Target>
        <Button variant="subtle" leftSection={props.icon}>
          {props.button}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={props.title}>
        <TextInput
          aria-label={props.find}
          placeholder={props.placeholder ?? props.find}
          leftSection={<IconSearch />}
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
        />
        <div className={props.className}>
          {groups.map(({ title, found }) =>
            title === undefined ? (
              boxes(found)
            ) : (
              <fieldset key={title} aria-label={title}>
                <p className="pl-caption">{title}</p>
                {boxes(found)}
              </fieldset>
            ),
          )}
          {groups.length === 0 && <p className="pl-caption">{props.nothing}</p>}
        </div>
        <Button variant="subtle" onClick={() => onChange(null)}>
          {props.reset}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
