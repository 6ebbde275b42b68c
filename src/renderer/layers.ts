/** What lies over the page and can be opened from anywhere: the palette, the list of shortcuts; and what the desktop's menus ask for. */
import { useLocation } from 'wouter';
import { create } from 'zustand';
import { useStream } from './host.ts';

export type Layer = 'palette' | 'shortcuts';

export const useLayer = create<{ readonly open: Layer | null }>()(() => ({ open: null }));

export const openLayer = (layer: Layer): void => useLayer.setState({ open: layer });
export const closeLayer = (): void => useLayer.setState({ open: null });
export const toggleLayer = (layer: Layer): void =>
  useLayer.setState(({ open }) => ({ open: open === layer ? null : layer }));

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
