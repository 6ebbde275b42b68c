/** How the page reaches its host: two functions of the desktop's bridge, or a WebSocket that connects again by itself. */
import type { Port } from '../preload/contract/rpc.ts';

export type LinkState = 'connecting' | 'open' | 'lost' | 'refused';

/** A port whose far end may come and go. `onState` reports each change; every `open` after the first is a new session. */
export interface Link {
  readonly port: Port;
  state(): LinkState;
  onState(listener: (state: LinkState) => void): () => void;
  /** Present in the browser: what POST /upload wants in `x-plumb-token`. */
  readonly token: string | null;
}

interface Bridge {
  post(text: string): void;
  onMessage(listener: (text: string) => void): () => void;
}

declare global {
  interface Window {
    /** The bridge of the preload script, in the desktop only; it carries JSON. */
    readonly plumbline?: Bridge;
  }
}

/** A set of listeners with one `emit`. */
function listeners<T>() {
  const all = new Set<(value: T) => void>();
  return {
    emit: (value: T) => {
      for (const listener of [...all]) listener(value);
    },
    add: (listener: (value: T) => void) => {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
  };
}

function desktopLink(bridge: Bridge): Link {
  const port: Port = {
    post: (message) => bridge.post(JSON.stringify(message)),
    onMessage: (listener) => bridge.onMessage((text) => listener(JSON.parse(text))),
  };
  return { port, state: () => 'open', onState: () => () => {}, token: null };
}

const TOKEN_KEY = 'plumbline.token';

/** Takes the token out of `#token=…`, keeps it for this tab and cleans the address, so that it cannot be shared by accident. */
export function takeToken(location: Location, storage: Storage, history: History): string | null {
  const match = /[#&?]token=([^&]+)/.exec(location.hash);
  if (!match) return storage.getItem(TOKEN_KEY);
  const token = decodeURIComponent(match[1]);
  storage.setItem(TOKEN_KEY, token);
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  return token;
}

const LONGEST_WAIT_MS = 8000;

/** First frame = token; `{type:"ready"}` opens the link. Messages posted before that wait; those of a lost link are dropped. */
function socketLink(url: string, token: string | null): Link {
  const messages = listeners<unknown>();
  const states = listeners<LinkState>();
  let state: LinkState = token === null ? 'refused' : 'connecting';
  let socket: WebSocket | null = null;
  let waiting: string[] = [];
  let attempt = 0;

  const become = (next: LinkState) => {
    if (state === next) return;
    state = next;
    states.emit(next);
  };
  const receive = (text: string) => {
    const message = JSON.parse(text) as { type?: string };
    if (message.type !== 'ready') return messages.emit(message);
    attempt = 0;
    become('open');
    for (const frame of waiting) socket?.send(frame);
    waiting = [];
  };
  const open = () => {
    const current = new WebSocket(url);
    socket = current;
    current.onopen = () => current.send(JSON.stringify({ type: 'token', token }));
    current.onmessage = (event) => receive(String(event.data));
    current.onclose = (event) => {
      waiting = [];
      // 1008 and 4401: the host does not take this token; asking again would not help
      if (event.code === 1008 || event.code === 4401) return become('refused');
      become('lost');
      setTimeout(open, Math.min(LONGEST_WAIT_MS, 250 * 2 ** attempt++));
    };
  };
  if (token !== null) open();
  return {
    port: {
      post(message) {
        const frame = JSON.stringify(message);
        if (state === 'open') socket?.send(frame);
        else waiting.push(frame);
      },
      onMessage: messages.add,
    },
    state: () => state,
    onState: states.add,
    token,
  };
}

/** The link of this page. */
export function openLink(): Link {
  if (window.plumbline) return desktopLink(window.plumbline);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return socketLink(`${scheme}://${location.host}/rpc`, takeToken(location, sessionStorage, history));
}
