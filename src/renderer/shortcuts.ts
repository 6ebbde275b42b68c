/** Single-key shortcuts: which there are, and the one listener that runs them. */
import { useLayoutEffect, useRef } from 'react';

export interface Shortcut {
  /** As shown: "G then H", "Ctrl K". */
  readonly keys: string;
  readonly does: string;
  readonly scope: 'everywhere' | 'go to' | 'tables' | 'pair reader' | 'run' | 'inspect' | 'rate' | 'lab' | 'wizard';
}

export const SHORTCUTS: readonly Shortcut[] = [
  { scope: 'everywhere', keys: 'Ctrl K', does: 'Command palette' },
  { scope: 'everywhere', keys: '?', does: 'This list' },
  { scope: 'everywhere', keys: '[', does: 'Collapse the navigation' },
  { scope: 'everywhere', keys: '/', does: 'Search' },
  { scope: 'everywhere', keys: 'N', does: 'Primary action of the page' },
  { scope: 'everywhere', keys: 'Esc', does: 'Close the panel, clear the selection' },
  { scope: 'everywhere', keys: 'F6', does: 'Next region' },
  { scope: 'tables', keys: '↑ ↓ or J K', does: 'Move' },
  { scope: 'tables', keys: 'Enter', does: 'Open' },
  { scope: 'tables', keys: 'Space', does: 'Show in the panel' },
  { scope: 'tables', keys: 'X, Shift X', does: 'Mark the run, all runs from the last mark to it' },
  { scope: 'tables', keys: 'Ctrl A', does: 'Mark all runs that are shown' },
  { scope: 'tables', keys: 'C', does: 'Compare the marked runs' },
  { scope: 'pair reader', keys: 'J K', does: 'Next, previous pair' },
  {
    scope: 'pair reader',
    keys: 'A B T',
    does: 'Relabel: first answer, second answer, tie (waits to become a version)',
  },
  { scope: 'pair reader', keys: 'D', does: 'Word diff on or off' },
  { scope: 'run', keys: 'P', does: 'Pause or resume' },
  { scope: 'run', keys: 'Shift S', does: 'Stop (asks)' },
  { scope: 'run', keys: '1 to 5', does: 'Tabs' },
  { scope: 'run', keys: '← →', does: 'Previous, next sample prompt' },
  { scope: 'inspect', keys: 'Ctrl Enter', does: 'Generate, or read' },
  { scope: 'inspect', keys: 'Esc', does: 'Stop what is written' },
  { scope: 'inspect', keys: 'Alt 1 to 4', does: 'To the answer of pane A to D' },
  { scope: 'inspect', keys: '← → ↑ ↓', does: 'From token to token' },
  { scope: 'inspect', keys: 'H, Shift H', does: 'Colour by the next number; numbers under the tokens' },
  { scope: 'inspect', keys: 'S, Shift S', does: 'Save A over B, B over A as a pair' },
  { scope: 'inspect', keys: 'D', does: 'Word diff on or off' },
  { scope: 'rate', keys: 'A B T X', does: 'A is better, B is better, tie, both bad' },
  { scope: 'rate', keys: '1 to 5, Shift 1 to 5', does: 'Quality of A, of B' },
  { scope: 'rate', keys: 'S', does: 'Skip: the pair comes again at the end' },
  { scope: 'rate', keys: 'U', does: 'Undo the last rating' },
  { scope: 'rate', keys: 'C', does: 'Comment' },
  { scope: 'rate', keys: 'D', does: 'Word diff on or off' },
  { scope: 'rate', keys: 'Q W E', does: 'Tags, in a queue' },
  { scope: 'lab', keys: 'P', does: 'Play or pause the training' },
  { scope: 'lab', keys: '← →', does: 'One look back, one on' },
  { scope: 'wizard', keys: 'Ctrl Enter', does: 'Next' },
  { scope: 'wizard', keys: 'Alt ←', does: 'Back' },
];

const KEY_SETTING = 'plumbline.singleKeys';
export const singleKeysOn = (): boolean => localStorage.getItem(KEY_SETTING) !== 'off';
export const setSingleKeys = (on: boolean): void => localStorage.setItem(KEY_SETTING, on ? 'on' : 'off');

/** A field, a slider or an open layer has the keys to itself. */
export function keysAreTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.closest('input, textarea, select, [contenteditable="true"], [role="slider"], [role="dialog"], [role="menu"]')
  )
    return true;
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}

/** Name of a key press: "J", "Shift+S", "Ctrl+Enter", "?". Ctrl stands for ⌘ as well. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const letter = /^[A-Z0-9]$/.test(key) || event.key.length > 1;
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && letter ? 'Shift' : '',
    key,
  ];
  return parts.filter(Boolean).join('+');
}

/** Name of a press of Shift and a digit key by where the key is: which sign it writes differs from keyboard to keyboard. */
export function digitName({ code, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): string | undefined {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  return digit !== undefined && shiftKey && !ctrlKey && !metaKey && !altKey ? `Shift+${digit}` : undefined;
}

type KeyMap = Readonly<Record<string, () => void>>;

/** Whose keys: what a page says goes before the frame around it, whichever came first. */
type KeyOwner = 'page' | 'frame';
const maps = new Map<{ current: KeyMap }, KeyOwner>();
const mapsOf = (owner: KeyOwner) => [...maps].flatMap(([map, of]) => (of === owner ? [map] : []));
let previous = { name: '', at: 0 };
const SEQUENCE_MS = 1200;

/** One listener for the page. After G only "G …" sequences are looked up. */
function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
  const pressed = keyName(event);
  const single = !pressed.startsWith('Ctrl+') && !pressed.startsWith('Alt+');
  if (single && (keysAreTaken(event.target) || !singleKeysOn())) return;
  const name = previous.name === 'G' && Date.now() - previous.at < SEQUENCE_MS ? `G ${pressed}` : pressed;
  previous = { name: pressed, at: Date.now() };
  const owned = [...mapsOf('page'), ...mapsOf('frame')];
  const find = (wanted: string) => owned.map((map) => map.current[wanted]).find((each) => each !== undefined);
  const run = find(name) ?? find(digitName(event) ?? name);
  if (!run) return;
  event.preventDefault();
  run();
}

/** Runs `keys[name]` on a key press outside fields; names with Ctrl or Alt work inside fields too. */
export function useKeys(keys: KeyMap, owner: KeyOwner = 'page'): void {
  const map = useRef(keys);
  map.current = keys;
  // before the first picture: a key pressed as soon as a page is seen is its own
  useLayoutEffect(() => {
    if (maps.size === 0) window.addEventListener('keydown', onKey);
    maps.set(map, owner);
    return () => {
      maps.delete(map);
      if (maps.size === 0) window.removeEventListener('keydown', onKey);
    };
  }, [owner]);
}
