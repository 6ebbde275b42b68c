/** Inspect: what models answer, token by token, beside their reference; forced answers and probes. */
import { Button, Tabs } from '@mantine/core';
import { IconGitCompare, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ModelChoice } from '../../../preload/contract/index.ts';
import { currentAddress, replaceQuery, useQueryText } from '../../address.ts';
import { Content } from '../../components/content.tsx';
import { KeyCap } from '../../components/labels.tsx';
import { PageHeader, PrimaryButton } from '../../components/page-header.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { readLink, writeLink } from './deep-link.ts';
import { readForced } from './force-data.ts';
import { ForceTab } from './force-tab.tsx';
import { GenerateTab } from './generate-tab.tsx';
import { generateAll, stopAll } from './generation.ts';
import { choiceOf, firstModels } from './models.ts';
import { MODES } from './numbers.ts';
import { ProbesTab, readProbes } from './probes-tab.tsx';
import { SavePair } from './save-pair.tsx';
import { newPane, type Tab, useBusy, useInspect, usePaneModels, useParts } from './state.ts';
import './inspect.css';

const WRITTEN_AFTER_MS = 250;

/**
 * Models of the address, else those of the last time, else the newest and its reference. Draws nothing, and writes the address some time after a change:
 * a key in the prompt draws the page not anew.
 */
function InspectAddress({ choices }: { choices: readonly ModelChoice[] }) {
  const query = useQueryText();
  const known = useRef<string | null>(null);
  useEffect(() => {
    // what this page wrote itself says nothing new, and the state may be further by now
    if (query === known.current) return;
    known.current = query;
    const { set, ...state } = useInspect.getState();
    const linked = readLink(query, state);
    const wanted = linked.panes ?? state.panes;
    // kept models may be gone; those of the address are named in their pane when they are
    const kept = linked.panes ? wanted : wanted.filter(({ model }) => choiceOf(choices, model));
    set({ ...linked, panes: kept.length > 0 ? kept : firstModels(choices).map(newPane) });
  }, [query, choices]);
  useEffect(() => {
    const [path] = currentAddress();
    let timer: number | undefined;
    const write = () => {
      timer = undefined;
      const state = useInspect.getState();
      const [here, now] = currentAddress();
      // an address that is not read yet, or another page's, is not ours to change
      if (state.panes.length === 0 || here !== path || now !== known.current) return;
      known.current = writeLink(state);
      replaceQuery(known.current);
    };
    const later = () => {
      timer ??= window.setTimeout(write, WRITTEN_AFTER_MS);
    };
    later();
    const leave = useInspect.subscribe(later);
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, []);
  return null;
}

function focusPane(index: number): void {
  const pane = document.querySelectorAll<HTMLElement>('.pl-pane')[index];
  const target =
    pane?.querySelector<HTMLElement>('.pl-token[tabindex="0"]') ?? pane?.querySelector<HTMLElement>('input');
  target?.focus();
}

function useInspectKeys(begin: () => void, choices: readonly ModelChoice[]): void {
  const { tab, mode, showNumbers, wordDiff, set } = useParts('tab', 'mode', 'showNumbers', 'wordDiff', 'set');
  const busy = useBusy();
  useKeys({
    'Ctrl+Enter': begin,
    ...(busy ? { Escape: () => stopAll(choices) } : {}),
    ...Object.fromEntries([1, 2, 3, 4].map((n) => [`Alt+${n}`, () => focusPane(n - 1)])),
    H: () => set({ mode: MODES[(MODES.indexOf(mode) + 1) % MODES.length] }),
    'Shift+H': () => set({ showNumbers: !showNumbers }),
    ...(tab === 'generate' ? { D: () => set({ wordDiff: !wordDiff }) } : {}),
  });
}

function Actions({ begin, choices }: { begin: () => void; choices: readonly ModelChoice[] }) {
  const { tab, wordDiff, set } = useParts('tab', 'wordDiff', 'set');
  const busy = useBusy();
  const count = usePaneModels().length;
  return (
    <>
      {tab === 'generate' && (
        <Button
          variant="subtle"
          leftSection={<IconGitCompare />}
          rightSection={<KeyCap>D</KeyCap>}
          aria-pressed={wordDiff}
          disabled={count < 2}
          onClick={() => set({ wordDiff: !wordDiff })}
        >
          Word diff
        </Button>
      )}
      {tab !== 'probes' && <SavePair />}
      {busy ? (
        <Button leftSection={<IconPlayerStop />} rightSection={<KeyCap>Esc</KeyCap>} onClick={() => stopAll(choices)}>
          Stop
        </Button>
      ) : (
        <PrimaryButton
          leftSection={<IconPlayerPlay />}
          rightSection={<KeyCap>Ctrl ↵</KeyCap>}
          onClick={begin}
          disabled={count === 0}
        >
          {tab === 'generate' ? 'Generate' : 'Read'}
        </PrimaryButton>
      )}
    </>
  );
}

const NOTHING: readonly ModelChoice[] = [];

export function InspectPage() {
  const models = useCall('generations.models', {}, { fresh: true });
  const choices = models.data ?? NOTHING;
  const { tab, probes, set } = useParts('tab', 'probes', 'set');
  const begin = () => {
    if (tab === 'generate') generateAll(choices);
    else if (tab === 'force') void readForced(choices);
    else void readProbes(choices);
  };
  useInspectKeys(begin, choices);
  return (
    <>
      {models.data && <InspectAddress choices={models.data} />}
      <PageHeader title="Inspect" actions={<Actions begin={begin} choices={choices} />} />
      <Tabs
        className="pl-tabbed"
        value={tab}
        onChange={(value) => set({ tab: (value ?? 'generate') as Tab })}
        keepMounted={false}
      >
        <Tabs.List className="pl-tabs" aria-label="Parts of Inspect">
          <Tabs.Tab value="generate">Generate</Tabs.Tab>
          <Tabs.Tab value="force">Force a completion</Tabs.Tab>
          <Tabs.Tab value="probes">
            Probes <span className="count">{probes.length}</span>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={tab} className="pl-columns">
          <Content label="Inspect">
            {models.isPending && <SkeletonLines count={8} />}
            {models.error && (
              <ErrorState error={models.error} what="The models could not be read" onRetry={() => models.refetch()} />
            )}
            {models.data &&
              (choices.some(({ head }) => head === 'language') ? (
                <>
                  {tab === 'generate' && <GenerateTab choices={choices} />}
                  {tab === 'force' && <ForceTab choices={choices} />}
                  {tab === 'probes' && <ProbesTab choices={choices} />}
                </>
              ) : (
                <EmptyState title="No models yet.">
                  A model comes from a run, or with plumb models import. Then its answers can be looked at here, token
                  by token.
                </EmptyState>
              ))}
          </Content>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
