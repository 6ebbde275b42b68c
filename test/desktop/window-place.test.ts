/** A window's kept place against the screens that are there. */
import { expect, it } from 'vitest';
import { onScreen } from '../../src/main/desktop/window-place.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const frame = { x: 100, y: 80, width: 1280, height: 800, maximized: false };

it('stays where it was as long as its head can be taken hold of', () => {
  expect(onScreen(frame, [screen])).toEqual(frame);
  expect(onScreen({ ...frame, x: 1800 }, [screen])).toEqual({ ...frame, x: 1800 });
  expect(onScreen({ ...frame, x: 2500 }, [screen, { ...screen, x: 1920 }])).toEqual({ ...frame, x: 2500 });
});

it('comes to the middle of the first screen when its own is gone, no larger than that', () => {
  expect(onScreen({ ...frame, x: 2500 }, [screen])).toEqual({ ...frame, x: 320, y: 140 });
  expect(onScreen({ ...frame, y: -500 }, [screen])).toEqual({ ...frame, x: 320, y: 140 });
  const huge = { x: 5000, y: 0, width: 4000, height: 3000, maximized: true };
  expect(onScreen(huge, [screen])).toEqual({ x: 0, y: 0, width: 1920, height: 1080, maximized: true });
});
