/** Two answers as a preference pair, in one key: into the dataset chosen once, as its next version. */
import { Button, Menu, Modal, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBookmark, IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { whole } from '../../../charts/numbers.ts';
import type { Input, SavedPair, TextOrChat } from '../../../preload/contract/index.ts';
import { KeyCap } from '../../components/labels.tsx';
import { call, queries, useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { useRater } from '../rate/draft.ts';
import { answerText, isBusy, LETTERS, type Pane, promptOf, useInspect, usePaneModels, useParts } from './state.ts';

type Answer = Input<'generations.savePair'>['chosen'];
interface Preference {
  readonly prompt: TextOrChat;
  readonly chosen: Answer;
  readonly rejected: Answer;
}

const sideOf = ({ answer }: Pane): Answer | null =>
  answer && !isBusy(answer) && answer.tokens.length > 0
    ? { text: answerText(answer), model: answer.model, sampling: answer.sampling }
    : null;

/** The better pane's answer over the other one's, or why there is no pair. */
export function preferenceOf(better: Pane | undefined, worse: Pane | undefined): Preference | string {
  const [chosen, rejected] = [better && sideOf(better), worse && sideOf(worse)];
  if (!better?.answer || !worse?.answer || !chosen || !rejected)
    return 'A pair needs two answers that are there: press Generate first.';
  const { prompt } = better.answer;
  if (JSON.stringify(prompt) !== JSON.stringify(worse.answer.prompt))
    return 'These two answer different prompts: press Generate, so that both answer the same one.';
  if (chosen.text === rejected.text) return 'Both answers are the same text: there is nothing to prefer.';
  return { prompt, chosen, rejected };
}

function refused(message: string): void {
  notifications.show({ color: 'red', title: 'The pair was not saved', message, autoClose: false });
}

const refresh = () => void queries.invalidateQueries({ queryKey: ['datasets.list'] });

async function undo({ versionId }: SavedPair, toast: string): Promise<void> {
  try {
    await call('generations.undoPair', { versionId });
    notifications.update({
      id: toast,
      title: 'Pair taken back',
      message: '',
      icon: <IconCheck size={16} />,
      autoClose: 4000,
    });
    refresh();
  } catch (error) {
    refused((error as Error).message);
  }
}

async function save(preference: Preference, dataset: string): Promise<void> {
  try {
    const rater = useRater.getState().name.trim() || 'me';
    const made = await call('generations.savePair', { ...preference, dataset, rater });
    const toast = `pair-${made.versionId}`;
    notifications.show({
      id: toast,
      title: 'Pair saved',
      icon: <IconCheck size={16} />,
      message: (
        <>
          <p>
            To {made.dataset}, now version {made.version} with {whole(made.rows)} {made.rows === 1 ? 'pair' : 'pairs'}.
          </p>
          <p className="pl-row">
            <button type="button" className="pl-link" onClick={() => void undo(made, toast)}>
              Undo
            </button>
            <a href={`#/datasets/${made.datasetId}/pairs`}>Open pair</a>
          </p>
        </>
      ),
    });
    refresh();
  } catch (error) {
    refused((error as Error).message);
  }
}

function ChooseDataset({
  waiting,
  opened,
  onClose,
}: {
  waiting: Preference | null;
  opened: boolean;
  onClose: () => void;
}) {
  const { dataset, set } = useParts('dataset', 'set');
  const { data } = useCall('datasets.list', {}, { enabled: opened });
  const [typed, setTyped] = useState('');
  const known = (data ?? []).filter(({ kind }) => kind === 'preference').map(({ name }) => name);
  const choose = (name: string) => {
    if (name.trim() === '') return;
    set({ dataset: name.trim() });
    onClose();
    if (waiting) void save(waiting, name.trim());
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Where do pairs go?">
      <form
        className="pl-choose-dataset"
        onSubmit={(event) => {
          event.preventDefault();
          choose(typed || (dataset ?? ''));
        }}
      >
        {known.length > 0 && (
          <Select
            label="A dataset of the workspace"
            data={known}
            value={known.includes(dataset ?? '') ? dataset : null}
            onChange={(name) => name !== null && choose(name)}
          />
        )}
        <TextInput
          data-autofocus
          label="Or a new one"
          placeholder="inspect-pairs"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <p className="pl-caption">
          Each pair makes the dataset's next version, with the models, settings and your name beside it. The choice is
          remembered.
        </p>
        <Button type="submit" variant="filled" disabled={typed.trim() === '' && dataset === null}>
          {waiting ? 'Save pair' : 'Choose'}
        </Button>
      </form>
    </Modal>
  );
}

/** What S and Shift S save: on the tab of forced answers y⁺ over y⁻, else the first pane over the second. */
function preferenceNow(reversed: boolean, sides: readonly [number, number]): Preference | string {
  const { tab, panes, prompt, chosen, rejected } = useInspect.getState();
  if (tab !== 'force') {
    const pair = [panes[sides[0]], panes[sides[1]]];
    return reversed ? preferenceOf(pair[1], pair[0]) : preferenceOf(pair[0], pair[1]);
  }
  if (chosen === '' || rejected === '') return 'A pair needs both answers: write y⁺ and y⁻.';
  const answer = (text: string): Answer => ({ text, model: null, sampling: null });
  const [better, worse] = reversed ? [rejected, chosen] : [chosen, rejected];
  return { prompt: promptOf(prompt), chosen: answer(better), rejected: answer(worse) };
}

const pairsOf = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, a) => Array.from({ length: count }, (_, b) => [a, b] as const))
    .flat()
    .filter(([a, b]) => a !== b);

export function SavePair() {
  const { tab, dataset } = useParts('tab', 'dataset');
  const count = usePaneModels().length;
  const [choosing, setChoosing] = useState(false);
  const [waiting, setWaiting] = useState<Preference | null>(null);
  const press = (reversed: boolean, sides: readonly [number, number] = [0, 1]) => {
    const preference = preferenceNow(reversed, sides);
    if (typeof preference === 'string') return refused(preference);
    if (dataset !== null) return void save(preference, dataset);
    setWaiting(preference);
    setChoosing(true);
  };
  useKeys({ S: () => press(false), 'Shift+S': () => press(true) });
  const isForce = tab === 'force';
  return (
    <>
      <Button.Group>
        <Button leftSection={<IconBookmark />} rightSection={<KeyCap>S</KeyCap>} onClick={() => press(false)}>
          {isForce ? 'Save as pair' : 'Save A over B'}
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button className="pl-split" aria-label="More ways to save">
              <IconChevronDown size={16} stroke={1.6} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {isForce ? (
              <Menu.Item onClick={() => press(true)} rightSection={<KeyCap>⇧S</KeyCap>}>
                Save y⁻ over y⁺
              </Menu.Item>
            ) : (
              pairsOf(count).map(([a, b]) => (
                <Menu.Item
                  key={`${a}${b}`}
                  onClick={() => press(false, [a, b])}
                  rightSection={
                    a === 0 && b === 1 ? <KeyCap>S</KeyCap> : a === 1 && b === 0 ? <KeyCap>⇧S</KeyCap> : undefined
                  }
                >
                  Save {LETTERS[a]} over {LETTERS[b]}
                </Menu.Item>
              ))
            )}
            <Menu.Divider />
            <Menu.Item
              onClick={() => {
                setWaiting(null);
                setChoosing(true);
              }}
            >
              {dataset === null ? 'Choose the dataset …' : `Pairs go to ${dataset} …`}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      <ChooseDataset waiting={waiting} opened={choosing} onClose={() => setChoosing(false)} />
    </>
  );
}
