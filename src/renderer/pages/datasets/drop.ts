/** Files dropped on the window: they open the import wizard. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { create } from 'zustand';

/** The file that waits for the wizard. */
export const useDropped = create<{ readonly file: File | null }>()(() => ({ file: null }));

/** True while a file is held over the window. */
export function useFileDrop(): boolean {
  const [, navigate] = useLocation();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(event.type !== 'dragleave');
    };
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      setOver(false);
      useDropped.setState({ file });
      navigate('/datasets/import');
    };
    window.addEventListener('dragover', hold);
    window.addEventListener('dragleave', hold);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('dragleave', hold);
      window.removeEventListener('drop', drop);
    };
  }, [navigate]);
  return over;
}
