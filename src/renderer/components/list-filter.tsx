/** A list of things of several kinds: found by words and by kind, one of them selected. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { counted } from '../../charts/numbers.ts';
import { KeyCap } from './labels.tsx';
import { EmptyState } from './states.tsx';

export interface Listed {
  readonly id: string;
  readonly kind: string;
}

/** `textOf`: where the words are looked for. */
export function useListFilter<T extends Listed>(all: readonly T[], textOf: (each: T) => string) {
  const [asked, setAsked] = useState('');
  const [kind, setKind] = useState('all');
  const question = asked.trim().toLowerCase();
  const matches = (each: T) => (kind === 'all' || each.kind === kind) && textOf(each).toLowerCase().includes(question);
  const active = Number(question !== '') + Number(kind !== 'all');
  const clear = () => {
    setAsked('');
    setKind('all');
  };
  return { asked, setAsked, kind, setKind, clear, active, found: active === 0 ? all : all.filter(matches) };
}

type Filter = Omit<ReturnType<typeof useListFilter>, 'found'>;

/** The row selected in a list, by its id: it stays when the rows are sorted anew. */
export function useSelection<T extends Listed>(rows: readonly T[]) {
  const [id, setId] = useState<string | null>(null);
  const index = rows.findIndex((each) => each.id === id);
  return {
    selected: index === -1 ? undefined : rows[index],
    index: index === -1 ? null : index,
    select: (at: number | null) => setId(at === null ? null : rows[at].id),
  };
}

export interface ListToolbarProps {
  readonly filter: Filter;
  readonly search: string;
  readonly placeholder?: string;
  readonly kinds: readonly { readonly value: string; readonly label: string }[];
  readonly width: number;
  readonly children?: ReactNode;
}

export function ListToolbar({ filter, search, placeholder = search, kinds, width, children }: ListToolbarProps) {
  const { asked, setAsked, kind, setKind } = filter;
  return (
    <div className="pl-toolbar">
      <TextInput
        data-search=""
        aria-label={search}
        placeholder={placeholder}
        leftSection={<IconSearch />}
        rightSection={asked === '' && <KeyCap>/</KeyCap>}
        value={asked}
        onChange={(event) => setAsked(event.currentTarget.value)}
        w={width}
      />
      <SegmentedControl aria-label="Kind" data={[...kinds]} value={kind} onChange={setKind} />
      {children}
    </div>
  );
}

/** `one`: "model". */
export function NothingMatches({ filter, one, count }: { filter: Filter; one: string; count: number }) {
  return (
    <EmptyState
      title={`No ${one} matches: ${filter.active === 2 ? '2 filters are' : '1 filter is'} active.`}
      action={<Button onClick={filter.clear}>Clear filters</Button>}
    >
      {counted(count, one)} in the workspace.
    </EmptyState>
  );
}
