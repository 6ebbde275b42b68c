/** Copies a text and says so. */
import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

const SAID_MS = 2000;

/** Where the clipboard's own interface is refused (the desktop grants no permission), the older way of a selection is left. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'pl-hidden';
  document.body.append(field);
  const { activeElement } = document;
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (activeElement instanceof HTMLElement) activeElement.focus();
  return copied;
}

export function CopyButton({ text, children }: { text: () => string; children: ReactNode }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = () => {
    void copyText(text()).then((copied) => setState(copied ? 'copied' : 'refused'));
    setTimeout(() => setState('idle'), SAID_MS);
  };
  const words = { idle: children, copied: 'Copied', refused: 'The clipboard refused' };
  return (
    <Button leftSection={state === 'copied' ? <IconCheck /> : <IconCopy />} onClick={copy}>
      <span aria-live="polite">{words[state]}</span>
    </Button>
  );
}
