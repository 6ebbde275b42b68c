/** Files dropped anywhere on the window: they open the import wizard. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { chooseDropped } from './import-draft.ts';

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Mounted once, over every page. Without it a dropped file would take the window away. */
export function FileDropLayer() {
  const [, navigate] = useLocation();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hold = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      // between two elements of the page something is entered; outside the window nothing is
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      void chooseDropped(file);
      navigate('/datasets/import');
    };
    window.addEventListener('dragover', hold);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [navigate]);
  return over ? (
    <div className="pl-drop-layer" role="status">
      <p>Drop the file to import it</p>
    </div>
  ) : null;
}
