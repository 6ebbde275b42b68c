/** Sets of options to begin from, each with what it is for. */
import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { Field, Values } from '../../components/params.ts';
import { useDraft } from './draft.ts';
import { type Preset, presetsOf } from './presets.ts';

/** Options that a preset has a say in: all those of the form but names of models and tasks, which are choices of their own. */
const stays = ({ kind, key }: Field): boolean => kind === 'text' || /(?:model|task|dataset|annotator)$/.test(key);

/** The values once a preset is taken: what the others had set is back at its default. */
export function withPreset(fields: readonly Field[], values: Values, preset: Preset): Values {
  const kept = Object.entries(values).filter(([key]) => {
    const field = fields.find((each) => each.key === key);
    return field === undefined || stays(field);
  });
  return { ...Object.fromEntries(kept), ...preset.values };
}

export function PresetMenu({ method, fields }: { method: string; fields: readonly Field[] }) {
  const presets = presetsOf(method);
  const take = (preset: Preset) => useDraft.setState((was) => ({ values: withPreset(fields, was.values, preset) }));
  if (presets.length < 2) return null;
  return (
    <Menu position="bottom-end" width={360}>
      <Menu.Target>
        <Button variant="subtle" rightSection={<IconChevronDown />}>
          Presets
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {presets.map((preset) => (
          <Menu.Item key={preset.title} onClick={() => take(preset)}>
            {preset.title}
            <span className="pl-caption pl-preset-help">{preset.help}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
