/** The dialog before something is removed or stopped: what goes, and the two ways out. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Verb and object. */
  readonly act: string;
  readonly keep: string;
  /** Off: something is missing yet, which the text asks for. */
  readonly ready?: boolean;
  readonly onAct: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function Confirm({ title, children, act, keep, ready = true, onAct, onClose }: ConfirmProps) {
  const [state, setState] = useState<'asking' | 'acting' | Error>('asking');
  const run = () => {
    setState('acting');
    onAct().then(onClose, (error: Error) => setState(error));
  };
  return (
    <Dialog onClose={onClose} title={title} size={460}>
      <div className="pl-2">{children}</div>
      {state instanceof Error && (
        <p className="pl-danger" role="alert" style={{ marginTop: 8 }}>
          {state.message}
        </p>
      )}
      <div className="pl-row" style={{ justifyContent: 'flex-end', marginTop: 16 }}>
        <Button data-autofocus onClick={onClose}>
          {keep}
        </Button>
        <Button
          variant="filled"
          className="pl-button-danger"
          disabled={!ready}
          loading={state === 'acting'}
          onClick={run}
        >
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
