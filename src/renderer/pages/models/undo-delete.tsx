/** The message after a model was deleted, with the way back as long as there is one. */
import { notifications } from '@mantine/notifications';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import { call, queries } from '../../host.ts';

/** A little less than the host keeps what was removed. */
const OFFERED_MS = 9000;

export function offerUndo({ id, name }: Pick<ModelSummary, 'id' | 'name'>): void {
  const message = `undo-${id}`;
  const undo = () => {
    notifications.hide(message);
    call('models.restore', { id }).then(
      () => queries.invalidateQueries({ queryKey: ['models.list'] }),
      (error: Error) => notifications.show({ message: error.message, autoClose: false }),
    );
  };
  notifications.show({
    id: message,
    autoClose: OFFERED_MS,
    message: (
      <span className="pl-row">
        {name} is deleted.
        <button type="button" className="pl-link" onClick={undo}>
          Undo
        </button>
      </span>
    ),
  });
}
