/** The bridge: two functions on `window.plumbline`, which carry envelopes of the contract as JSON text over one channel. */
import { contextBridge, ipcRenderer } from 'electron';

const CHANNEL = 'plumbline';

contextBridge.exposeInMainWorld('plumbline', {
  post(message: unknown): void {
    // as text, so that the desktop carries exactly what a WebSocket would
    ipcRenderer.send(CHANNEL, JSON.stringify(message));
  },
  /** Returns a function that removes the listener. */
  onMessage(listener: (message: unknown) => void): () => void {
    const receive = (_event: unknown, text: string): void => listener(JSON.parse(text));
    ipcRenderer.on(CHANNEL, receive);
    return () => {
      ipcRenderer.off(CHANNEL, receive);
    };
  },
});
