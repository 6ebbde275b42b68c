/** Ctrl K: every page, action, dataset, run and model by name. */
import { Modal, useMantineColorScheme } from '@mantine/core';
import {
  IconBox,
  IconChartDots,
  IconDatabase,
  IconFlask,
  IconKeyboard,
  IconPalette,
  IconSearch,
} from '@tabler/icons-react';
import { type ComponentType, useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { methodLook } from '../../charts/method-looks.ts';
import { counted, parameters } from '../../charts/numbers.ts';
import { useQueryText } from '../address.ts';
import { useCall } from '../host.ts';
import { closeLayer, openLayer, toggleLayer, useLayer } from '../layers.ts';
import { canBeCompared } from '../pages/compare/add-runs.tsx';
import { comparePath, runsOf } from '../pages/compare/view.ts';
import { PAGES } from '../pages/index.ts';
import { useKeys } from '../shortcuts.ts';
import './palette.css';

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly hint: string;
  readonly keys: readonly string[];
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Where it leads, or what it does. */
  readonly act: string | (() => void);
}

/** What the frame itself can do. */
function useFrameActions(): readonly Entry[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const themes = (['light', 'dark', 'auto'] as const).filter((scheme) => scheme !== colorScheme);
  return [
    {
      id: 'shortcuts',
      title: 'Keyboard shortcuts',
      hint: '',
      keys: ['?'],
      icon: IconKeyboard,
      act: () => openLayer('shortcuts'),
    },
    ...themes.map((scheme) => ({
      id: `theme-${scheme}`,
      title: `Theme: ${scheme}`,
      hint: scheme === 'auto' ? 'as the system' : '',
      keys: [],
      icon: IconPalette,
      act: () => setColorScheme(scheme),
    })),
  ].map((entry) => ({ ...entry, group: 'Actions' }));
}

const MOST_PER_GROUP = 6;

function useEntries(open: boolean): readonly Entry[] {
  const datasets = useCall('datasets.list', {}, { enabled: open });
  const runs = useCall('runs.list', {}, { enabled: open });
  const models = useCall('models.list', {}, { enabled: open });
  const frame = useFrameActions();
  const question = useQueryText();
  return useMemo(() => {
    const actions = PAGES.flatMap((page) =>
      (page.actions ?? []).map(({ path, ...action }) => ({ ...action, group: 'Actions', keys: [], act: path })),
    );
    const pages = PAGES.map((page) => ({
      id: `page-${page.id}`,
      group: 'Go to',
      title: page.title,
      hint: 'page',
      keys: ['G', page.key],
      icon: page.icon,
      act: page.path,
    }));
    const data = (datasets.data ?? []).map((dataset) => ({
      id: `data-${dataset.id}`,
      group: 'Datasets',
      title: dataset.name,
      hint: counted(dataset.rows, 'row'),
      keys: [],
      icon: IconDatabase,
      act: `/datasets/${dataset.id}/pairs`,
    }));
    const ran = (runs.data ?? []).map((run) => ({
      id: `run-${run.id}`,
      group: 'Runs',
      title: run.name,
      hint: `${methodLook(run.method).title}, ${run.status}`,
      keys: [],
      icon: IconFlask,
      act: `/runs/${run.id}`,
    }));
    const known = (models.data ?? []).map((model) => ({
      id: `model-${model.id}`,
      group: 'Models',
      title: model.name,
      hint: `${model.family}, ${parameters(model.parameters)}`,
      keys: [],
      icon: IconBox,
      act: `/models/${encodeURIComponent(model.name)}`,
    }));
    // to those that are compared now, where some are
    const compared = runsOf(new URLSearchParams(question));
    const added = (runs.data ?? []).filter(canBeCompared).map((run) => ({
      id: `compare-${run.id}`,
      group: 'Compare',
      title: `Compare ${run.name}`,
      hint: compared.length > 0 ? 'with those on the page' : methodLook(run.method).title,
      keys: [],
      icon: IconChartDots,
      act: comparePath([...new Set([...compared, run.id])]),
    }));
    return [...actions, ...frame, ...pages, ...data, ...ran, ...known, ...added];
  }, [datasets.data, runs.data, models.data, frame, question]);
}

/** Entries whose title or hint holds every word of the question; few of each group. */
export function search<T extends { title: string; hint: string; group: string }>(
  entries: readonly T[],
  asked: string,
): T[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  const perGroup = new Map<string, number>();
  return entries.filter((entry) => {
    const text = `${entry.title} ${entry.hint}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
    const seen = perGroup.get(entry.group) ?? 0;
    perGroup.set(entry.group, seen + 1);
    return seen < MOST_PER_GROUP;
  });
}

/** The text with the first word of the question in bold where it stands. */
function Matched({ text, asked }: { text: string; asked: string }) {
  const word = asked.trim().split(/\s+/)[0].toLowerCase();
  const at = word === '' ? -1 : text.toLowerCase().indexOf(word);
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <strong>{text.slice(at, at + word.length)}</strong>
      {text.slice(at + word.length)}
    </>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const [asked, setAsked] = useState('');
  const [active, setActive] = useState(0);
  const [, navigate] = useLocation();
  const id = useId();
  const found = search(useEntries(true), asked);
  const at = Math.min(active, found.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (typeof entry.act === 'string') navigate(entry.act);
    else entry.act();
  };
  return (
    <>
      <div className="pl-palette-field">
        <IconSearch size={16} aria-hidden="true" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette was asked for, to type in
          autoFocus
          value={asked}
          placeholder="Find a page, an action, a dataset, a run or a model"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[at] ? `${id}-${found[at].id}` : undefined}
          aria-label="Find"
          onChange={(event) => {
            setAsked(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, at + 1));
            else if (event.key === 'ArrowUp') setActive(Math.max(0, at - 1));
            else if (event.key === 'Enter') run(found[at]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Found" className="pl-palette-list" tabIndex={-1}>
        {found.map((entry, index) => [
          found[index - 1]?.group !== entry.group && (
            <p key={`group-${entry.group}`} className="pl-palette-group" role="presentation">
              {entry.group}
            </p>
          ),
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={entry.id}
            id={`${id}-${entry.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="pl-palette-item"
            ref={index === at ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onClick={() => run(entry)}
          >
            <entry.icon size={16} stroke={1.6} />
            <span className="pl-ellipsis">
              <Matched text={entry.title} asked={asked} />
            </span>
            <span className="pl-caption">{entry.hint}</span>
            <span className="pl-grow" />
            <span className="pl-row" aria-hidden="true">
              {entry.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </span>
          </div>,
        ])}
        {found.length === 0 && <p className="pl-palette-group">Nothing has this name.</p>}
      </div>
      <div className="pl-palette-foot" aria-hidden="true">
        <kbd>↑</kbd>
        <kbd>↓</kbd> move <kbd>↵</kbd> open <kbd>Esc</kbd> close
        <span className="pl-grow" />
        <kbd>?</kbd> all shortcuts
      </div>
    </>
  );
}

export function Palette() {
  const { open: layer, times } = useLayer();
  const open = layer === 'palette';
  useKeys({ 'Ctrl+K': () => toggleLayer('palette') });
  return (
    <Modal.Root opened={open} onClose={closeLayer} size={620} yOffset={96} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette" radius="lg">
        <PaletteBody key={times} onClose={closeLayer} />
      </Modal.Content>
    </Modal.Root>
  );
}
