/** Text or conversation as it is stored: each turn under its role. Text nodes only, never HTML. */
import { useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { TextOrChat } from '../../../preload/contract/index.ts';
import { turns } from './chat-text.ts';

/** Longer text is shown on request only: layout of megabytes stops the window. */
const SHOWN_CHARS = 20_000;

export function LongText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  if (all || text.length <= SHOWN_CHARS) return text;
  return (
    <>
      {text.slice(0, SHOWN_CHARS)}…{' '}
      <button type="button" className="pl-link" onClick={() => setAll(true)}>
        Show all {whole(text.length)} characters
      </button>
    </>
  );
}

export function Turns({ text }: { text: TextOrChat }) {
  const all = turns(text);
  // the role of a lone answer is said by its place
  const plain = all.length === 1 && all[0].role !== 'system';
  return (
    <div className="pl-turns">
      {all.map((turn, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: turns of one text in their order
        <div key={index}>
          {turn.role !== '' && !plain && <p className="pl-caption">{turn.role}</p>}
          <div className="pl-prose">
            {turn.content === '' ? <span className="pl-3">(empty)</span> : <LongText text={turn.content} />}
          </div>
        </div>
      ))}
    </div>
  );
}
