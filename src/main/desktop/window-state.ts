/** Where the window was when it was closed; kept with Chromium's own files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, type Rectangle, screen } from 'electron';
import { z } from 'zod';
import { type Frame, onScreen } from './window-place.ts';

const kept = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
});

const pathOf = (): string => join(app.getPath('userData'), 'window.json');

/** What was kept, moved onto a screen that is there; undefined the first time. */
export function keptFrame(): Frame | undefined {
  const path = pathOf();
  if (!existsSync(path)) return undefined;
  const parsed = kept.safeParse(readJson(path));
  const areas = (): readonly Rectangle[] => screen.getAllDisplays().map(({ workArea }) => workArea);
  return parsed.success ? onScreen(parsed.data, areas()) : undefined;
}

/** A window's place is a convenience: a damaged file is as good as none. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Keeps the window's place whenever it closes. */
export function keepFrame(window: BrowserWindow): void {
  window.on('close', () => {
    const frame: Frame = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    writeFileSync(pathOf(), JSON.stringify(frame));
  });
}
