/** Which folder is the workspace: what was named, else what was chosen in Settings, else the platform's; and how folders are shown. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shownPath } from '../../src/main/host/shown-path.ts';
import { chooseHome, resolveWorkspace } from '../../src/main/host/workspace.ts';

const before = { data: process.env.XDG_DATA_HOME, home: process.env.PLUMB_HOME };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-choice-'));
  process.env.XDG_DATA_HOME = folder;
  delete process.env.PLUMB_HOME;
});
afterEach(() => {
  const restore = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  restore('XDG_DATA_HOME', before.data);
  restore('PLUMB_HOME', before.home);
  rmSync(folder, { recursive: true, force: true });
});

it.runIf(process.platform === 'linux')('a chosen folder is the workspace of every program, unless one is named', () => {
  expect(resolveWorkspace()).toMatchObject({ home: join(folder, 'plumbline'), given: null });
  const chosen = join(folder, 'elsewhere');
  mkdirSync(chosen);
  chooseHome(chosen);
  expect(resolveWorkspace()).toMatchObject({ home: chosen, name: 'elsewhere', given: null });
  expect(resolveWorkspace('/named')).toMatchObject({ home: '/named', given: '--home' });
  process.env.PLUMB_HOME = '/by/environment';
  expect(resolveWorkspace()).toMatchObject({ home: '/by/environment', given: 'PLUMB_HOME' });
});

it.runIf(process.platform === 'linux')('a chosen folder that is gone is an error, not an empty workspace', () => {
  const chosen = join(folder, 'elsewhere');
  mkdirSync(chosen);
  chooseHome(chosen);
  rmSync(chosen, { recursive: true });
  expect(() => resolveWorkspace()).toThrow(/the workspace ".*elsewhere" is not there\. Bring it back/);
});

it('folders are shown from the own one on', () => {
  expect(shownPath('/home/ada/Plumbline', '/home/ada')).toBe('~/Plumbline');
  expect(shownPath('/home/ada', '/home/ada')).toBe('~');
  expect(shownPath('/home/adam', '/home/ada')).toBe('/home/adam');
});
