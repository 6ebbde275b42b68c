/** Razin's example: prefer "no" to "never", and watch "yes"; then online DPO by a rater who likes it least. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { fixed, whole } from '../../../charts/numbers.ts';
import type { ScaleRun } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Bar } from '../../components/figures.tsx';
import { Banner } from '../../components/labels.tsx';
import { useAction, useCall } from '../../host.ts';
import { isActive, useNews } from '../../run-news.ts';
import { usePlay } from './lab-data.ts';
import { NumberSlider } from './number-slider.tsx';

const WORDS = ['never', 'no', 'maybe', 'yes'] as const;
const TONES = { never: 'rejected', no: 'chosen', maybe: 'elsewhere', yes: 'elsewhere' } as const;

function Found({ offline, online }: ScaleRun) {
  // online steps follow the offline ones
  const turn = offline.at(-1)?.step ?? 0;
  const looks = [...offline, ...online.slice(1).map((look) => ({ ...look, step: look.step + turn }))];
  const [place, setPlace] = useState(offline.length - 1);
  const { playing, toggle } = usePlay(looks.length, place, setPlace);
  const look = looks[Math.min(place, looks.length - 1)];
  const [start] = looks;
  return (
    <>
      <div className="pl-row">
        <NumberSlider
          label="Step of the example"
          min={0}
          max={looks.at(-1)?.step ?? 0}
          step={looks[1].step}
          decimals={0}
          value={look.step}
          onChange={(step) => setPlace(Math.round(step / looks[1].step))}
        />
        <Button onClick={toggle}>{playing ? 'Pause' : 'Play'}</Button>
        <span className="pl-caption">
          {look.step === 0 ? 'the reference' : look.step <= turn ? 'offline DPO' : 'then online DPO'}
        </span>
      </div>
      <table className="pl-lab-mass" aria-label="Probability of the four answers">
        <tbody>
          {WORDS.map((word) => (
            <tr key={word}>
              <th scope="row">
                {word}
                {word === 'no' ? ', chosen' : word === 'never' ? ', rejected' : ''}
              </th>
              <td>
                <div className="pl-lab-bar" aria-hidden="true">
                  <span className={TONES[word]} style={{ width: `${100 * look.probabilities[word]}%` }} />
                </div>
              </td>
              <td>{fixed(look.probabilities[word], 3)}</td>
              <td className="pl-caption">start {fixed(start.probabilities[word], 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

export function ScaleExample() {
  const found = useCall('lab.scale', {}, { fresh: true });
  const start = useAction('lab.startScale', ['lab.scale']);
  const run = found.data;
  useNews(run ?? undefined, ['lab.scale']);
  const active = run && isActive(run.status);
  const failed = start.error?.message ?? run?.error;
  return (
    <Card title="Prefer “no” to “never”" note="and watch “yes”: Razin’s example of displacement">
      {failed && (
        <Banner tone="danger" title="The example was not played to its end.">
          {failed}
        </Banner>
      )}
      {run && run.offline.length > 1 ? (
        <Found {...run} />
      ) : active ? (
        <div className="pl-row">
          <Bar value={run.step} of={Math.max(1, run.maxSteps)} label="Progress of the example" />
          <span className="pl-2">
            trains three small runs, step {whole(run.step)} of {whole(run.maxSteps)}
          </span>
        </div>
      ) : (
        <div className="pl-row">
          <Button onClick={() => start.mutate({})} loading={start.isPending}>
            Play the example
          </Button>
          <span className="pl-2">
            A small model answers on a scale. DPO likes “no” better than “never”; “yes”, at the other end, becomes
            likely.
          </span>
        </div>
      )}
    </Card>
  );
}
