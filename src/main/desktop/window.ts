/** The main window: sandboxed, isolated, and shown when it has something to show. */
import { BrowserWindow, nativeTheme } from 'electron';
import { START_URL } from './origin.ts';
import { keepFrame, keptFrame } from './window-state.ts';

/** Paper and ink of the two themes, so that nothing flashes before the page is there. */
const BACKGROUND = { light: '#fbfbfc', dark: '#151619' } as const;

export function createWindow(preload: string): BrowserWindow {
  const { maximized = false, ...place } = keptFrame() ?? { width: 1280, height: 800 };
  const window = new BrowserWindow({
    ...place,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'Plumbline',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  keepFrame(window);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(START_URL);
  return window;
}
