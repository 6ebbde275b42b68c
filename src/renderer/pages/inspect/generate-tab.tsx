/** One prompt, up to four models side by side. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useShallow } from 'zustand/react/shallow';
import type { ModelChoice } from '../../../preload/contract/index.ts';
import { PaneCard } from './pane.tsx';
import { PromptBox } from './prompt-box.tsx';
import { Sampling } from './sampling.tsx';
import { answerText, LETTERS, MOST_PANES, newPane, useInspect, usePaneModels, useParts } from './state.ts';
import { Beside, ColourBy } from './toolbar.tsx';

const PANES_WORDS = ['one pane', 'both panes', 'all three', 'all four'] as const;

function SharedSettings() {
  const { sampling, set } = useParts('sampling', 'set');
  const count = usePaneModels().length;
  const own = useInspect(useShallow(({ panes }) => panes.flatMap((pane, i) => (pane.sampling ? [LETTERS[i]] : []))));
  const words =
    own.length === 0
      ? `The same settings for ${PANES_WORDS[Math.max(0, count - 1)]}`
      : `${own.join(', ')} has its own settings`;
  return (
    <div className="pl-shared">
      <Sampling label="Sampling settings" settings={sampling} onChange={(next) => set({ sampling: next })} />
      <p className="pl-caption">{words}</p>
    </div>
  );
}

function Panes({ choices }: { choices: readonly ModelChoice[] }) {
  const { panes, wordDiff } = useParts('panes', 'wordDiff');
  const texts = panes.map(({ answer }) => (wordDiff && answer && answer.tokens.length > 0 ? answerText(answer) : null));
  return (
    <div className="pl-panes" data-count={panes.length}>
      {panes.map((pane, index) => (
        <PaneCard
          key={pane.id}
          pane={pane}
          index={index}
          choices={choices}
          against={index === 0 ? (texts[1] ?? null) : (texts[0] ?? null)}
        />
      ))}
    </div>
  );
}

function AddPane({ choices }: { choices: readonly ModelChoice[] }) {
  const models = usePaneModels();
  const next = choices.find(({ ref, head }) => head === 'language' && !models.includes(ref));
  if (models.length >= MOST_PANES) return null;
  const add = () => {
    const { panes, set } = useInspect.getState();
    set({ panes: [...panes, newPane(next?.ref ?? models[0] ?? '')] });
  };
  return (
    <Button leftSection={<IconPlus />} onClick={add}>
      Add pane
    </Button>
  );
}

export function GenerateTab({ choices }: { choices: readonly ModelChoice[] }) {
  const [first] = usePaneModels();
  return (
    <>
      <div className="pl-inspect-top">
        <PromptBox model={first ?? null} />
        <SharedSettings />
      </div>
      <div className="pl-inspect-bar">
        <ColourBy />
        <span className="pl-grow" />
        <AddPane choices={choices} />
      </div>
      <div className="pl-inspect-bar">
        <Beside choices={choices} />
      </div>
      <Panes choices={choices} />
    </>
  );
}
