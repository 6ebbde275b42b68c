/** Who rates a new queue, and how many of them each pair. */
import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { dealingWords, type Form, type PartProps } from './queue-form.ts';
import { Row } from './queue-form-row.tsx';

const WHO: readonly { value: Form['who']; label: string }[] = [
  { value: 'everybody', label: 'Everybody' },
  { value: 'several', label: 'A number of people' },
  { value: 'one', label: 'One person' },
];

export function RatersPart({ form, onForm }: PartProps) {
  return (
    <>
      <Row
        title="Raters"
        help="Names with commas between: the pairs are dealt to them, as many to each. Empty: whoever comes, until each pair has enough."
      >
        <TextInput
          aria-label="Raters"
          placeholder="whoever comes"
          value={form.raters}
          maxLength={2000}
          onChange={(event) => onForm({ raters: event.currentTarget.value })}
        />
      </Row>
      <Row title="Each pair is rated by" help={dealingWords(form)}>
        <div className="pl-rate-endpoint">
          <NativeSelect
            aria-label="Each pair is rated by"
            value={form.who}
            data={[...WHO]}
            onChange={(event) => onForm({ who: event.currentTarget.value as Form['who'] })}
          />
          {form.who === 'several' && (
            <NumberInput
              aria-label="People for each pair"
              min={2}
              max={50}
              value={form.ratersEach}
              rightSection={<span className="pl-caption">people</span>}
              rightSectionWidth={56}
              onChange={(value) => typeof value === 'number' && onForm({ ratersEach: Math.round(value) })}
            />
          )}
        </div>
      </Row>
      {form.who !== 'one' && (
        <Row
          title="Overlap"
          help="Share of the pairs that more than one person rates, to see how far they agree. These come first."
        >
          <NumberInput
            aria-label="Overlap"
            min={1}
            max={100}
            value={form.overlap}
            rightSection={<span className="pl-caption">%</span>}
            onChange={(value) => typeof value === 'number' && onForm({ overlap: value })}
          />
        </Row>
      )}
    </>
  );
}
