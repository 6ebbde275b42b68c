/** Tells of imports and exports that ended while the user was on another page. */
import { notifications } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { type ModelWork, useModelWork } from './model-work.ts';

function wordsOf({ title, state }: ModelWork): string | null {
  switch (state.is) {
    case 'imported':
      return `${state.model.name} is in the workspace.`;
    case 'exported':
      return `${title} is written to ${state.out.folder}.`;
    case 'failed':
      return `${title} failed; Models says why.`;
    default:
      return null;
  }
}

const isModels = (location: string): boolean => /^\/(?:models|add-model)\b/.test(location);

/** Mounted once, over every page. */
export function ModelWorkListener(): null {
  const [location] = useLocation();
  const { works } = useModelWork();
  const told = useRef(new Set<number>());
  useEffect(() => {
    for (const work of works) {
      const words = wordsOf(work);
      if (words === null || told.current.has(work.id)) continue;
      told.current.add(work.id);
      if (!isModels(location))
        notifications.show({ message: words, autoClose: work.state.is === 'failed' ? false : 6000 });
    }
  }, [works, location]);
  return null;
}
