/** A dialog that is there while it is mounted. Mantine's own gives the focus back only when it is closed before it goes. */
import { Modal, type ModalProps } from '@mantine/core';
import { useReturnedFocus } from './returned-focus.ts';

export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnedFocus();
  return <Modal opened {...props} />;
}
