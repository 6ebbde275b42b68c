/** What lies over the page and can be opened from anywhere: the palette, the list of shortcuts; and what the desktop's menus ask for. */
import { useLocation } from 'wouter';
import { create } from 'zustand';
import { useStream } from './host.ts';

export type Layer = 'palette' | 'shortcuts';

interface LayerStore {
  readonly open: Layer | null;
  /** How often one was opened: each time anew, also while the last one is still fading. */
  readonly times: number;
}

export const useLayer = create<LayerStore>()(() => ({ open: null, times: 0 }));

export const openLayer = (layer: Layer): void => useLayer.setState(({ times }) => ({ open: layer, times: times + 1 }));
export const closeLayer = (): void => useLayer.setState({ open: null });
export const toggleLayer = (layer: Layer): void =>
  useLayer.getState().open === layer ? closeLayer() : openLayer(layer);

/** Mounted once: menus and messages of the desktop lead to pages. */
export function CommandListener(): null {
  const [, navigate] = useLocation();
  useStream('system.commands', {}, (command) => {
    if ('open' in command) return openLayer(command.open);
    closeLayer();
    navigate(command.path);
  });
  return null;
}
