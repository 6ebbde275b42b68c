/** The prompt: typed or picked, as text or through the chat template, and exactly as the model reads it. */
import { Button, Checkbox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCodeDots, IconListSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { counted } from '../../../charts/numbers.ts';
import { GrowingText } from '../../components/growing-text.tsx';
import { useCall } from '../../host.ts';
import { PickPrompt } from './pick-prompt.tsx';
import { type Prompt, promptOf, useInspect, useParts } from './state.ts';
import { inlineText, visibleText } from './token-words.ts';

const SHOWN_AFTER_MS = 300;

/** Every token of the prompt, special ones tinted. */
function ExactPrompt({ model }: { model: string }) {
  const { prompt } = useParts('prompt');
  const [settled] = useDebouncedValue(prompt, SHOWN_AFTER_MS);
  const { data, error } = useCall('generations.prompt', { model, prompt: promptOf(settled) }, { keep: true });
  if (error) return <p className="pl-caption pl-danger">{error.message}</p>;
  if (!data) return <p className="pl-caption">Reading …</p>;
  return (
    <section className="pl-exact" aria-label="The prompt as the model reads it">
      <p className="pl-caption">
        {counted(data.tokens.length, 'token')}, as {model} reads them
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <p className="pl-exact-tokens" tabIndex={0}>
        {data.tokens.map((token, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the text
            key={index}
            title={`${visibleText(token.text)}, id ${token.id}`}
            data-special={token.special ? '' : undefined}
          >
            {inlineText(token)}
          </span>
        ))}
      </p>
    </section>
  );
}

const change = (part: Partial<Prompt>): void => {
  const { prompt, set } = useInspect.getState();
  set({ prompt: { ...prompt, ...part } });
};

/** Alone: a key in it draws nothing else. */
function PromptText() {
  const text = useInspect(({ prompt }) => prompt.text);
  return (
    <GrowingText
      className="pl-prompt-text"
      label="Prompt"
      data-search=""
      maxRows={6}
      value={text}
      placeholder="What the models answer"
      onChange={(event) => change({ text: event.currentTarget.value })}
    />
  );
}

export function PromptBox({ model }: { model: string | null }) {
  const chat = useInspect(({ prompt }) => prompt.chat);
  const turnsBefore = useInspect(({ prompt }) => prompt.before.length);
  const [exact, setExact] = useState(false);
  const [picking, setPicking] = useState(false);
  return (
    <div className="pl-prompt-box">
      <PromptText />
      <div className="pl-row pl-prompt-foot">
        <Checkbox
          label="Chat template"
          checked={chat}
          onChange={(event) => change({ chat: event.currentTarget.checked, before: [] })}
        />
        {turnsBefore > 0 && (
          <span className="pl-caption">behind {counted(turnsBefore, 'earlier turn')} of the picked row</span>
        )}
        <span className="pl-grow" />
        <Button
          variant="subtle"
          aria-expanded={exact}
          disabled={model === null}
          leftSection={<IconCodeDots />}
          onClick={() => setExact(!exact)}
        >
          Exact tokens
        </Button>
        <Button
          variant="subtle"
          aria-label="Pick a prompt"
          leftSection={<IconListSearch />}
          onClick={() => setPicking(true)}
        >
          Pick …
        </Button>
      </div>
      {exact && model !== null && <ExactPrompt model={model} />}
      <PickPrompt opened={picking} onClose={() => setPicking(false)} />
    </div>
  );
}
