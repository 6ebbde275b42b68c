/** The part of the review that makes one run many: options with several values, and seeds. */
import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { counted } from '../../../charts/numbers.ts';
import type { Field } from '../../components/params.ts';
import { useDraft } from './draft.ts';
import { canVary, gridWords, MOST_RUNS, runCount, type Sweep, type Varied, varyProblem } from './sweep.ts';

const MOST_SEEDS = 50;

function VariedRow({
  varied,
  fields,
  onChange,
  onRemove,
}: {
  varied: Varied;
  fields: readonly Field[];
  onChange: (next: Varied) => void;
  onRemove: () => void;
}) {
  const problem = varied.text === '' ? null : varyProblem(fields, varied);
  return (
    <div className="pl-sweep-row">
      <Select
        aria-label="Option to vary"
        placeholder="Option"
        searchable
        data={fields.filter(canVary).map(({ key }) => key)}
        value={varied.key || null}
        onChange={(key) => onChange({ key: key ?? '', text: '' })}
        w={220}
      />
      <TextInput
        className="pl-grow"
        aria-label={`Values of ${varied.key || 'the option'}`}
        placeholder="0.05, 0.1, 0.3"
        value={varied.text}
        disabled={varied.key === ''}
        error={problem}
        onChange={(event) => onChange({ ...varied, text: event.currentTarget.value })}
      />
      <ActionIcon aria-label={`Do not vary ${varied.key || 'this'}`} onClick={onRemove}>
        <IconX />
      </ActionIcon>
    </div>
  );
}

export function SweepCard({ fields }: { fields: readonly Field[] }) {
  const { sweep } = useDraft();
  const set = (change: Partial<Sweep>) => useDraft.setState((was) => ({ sweep: { ...was.sweep, ...change } }));
  const count = runCount(fields, sweep);
  const words = gridWords(fields, sweep);
  return (
    <section className="pl-card pl-sweep" aria-label="Sweep">
      <div className="pl-card-title">
        <h2>Sweep</h2>
        <span className="pl-caption">every combination is a run of its own, all in one group</span>
      </div>
      {sweep.vary.map((varied, i) => (
        <VariedRow
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a short form, by their place
          key={i}
          varied={varied}
          fields={fields}
          onChange={(next) => set({ vary: sweep.vary.with(i, next) })}
          onRemove={() => set({ vary: sweep.vary.toSpliced(i, 1) })}
        />
      ))}
      <div className="pl-row">
        <Button
          variant="subtle"
          leftSection={<IconPlus />}
          onClick={() => set({ vary: [...sweep.vary, { key: '', text: '' }] })}
        >
          Vary an option
        </Button>
        <NumberInput
          aria-label="Seeds"
          min={1}
          max={MOST_SEEDS}
          value={sweep.seeds}
          onChange={(value) => set({ seeds: Math.min(MOST_SEEDS, Math.max(1, Math.floor(Number(value)) || 1)) })}
          suffix={sweep.seeds === 1 ? ' seed' : ' seeds'}
          w={110}
        />
        <span className="pl-grow" />
        <span role="status" className={count > MOST_RUNS ? 'pl-danger' : 'pl-2'}>
          {count === 0
            ? 'Complete the values first.'
            : count > MOST_RUNS
              ? `${counted(count, 'run')}: more than ${MOST_RUNS} cannot be started at once.`
              : words
                ? `${words} = ${counted(count, 'run')}`
                : '1 run'}
        </span>
      </div>
    </section>
  );
}
