/** Probability of a whole answer under reference and model on a log scale: hollow = reference, filled = model. */
import { probabilityText } from './token-words.ts';

export interface Dumbbell {
  readonly name: string;
  readonly side: 'chosen' | 'rejected';
  /** Natural logarithms. */
  readonly logp: number | null;
  readonly refLogp: number | null;
}

const LN10 = Math.log(10);
const MOST_TICKS = 6;

/** Powers of ten from the least value up to 1: at most so many ticks. */
export function decades(logps: readonly (number | null)[]): {
  readonly low: number;
  readonly ticks: readonly number[];
} {
  const finite = logps.filter((each): each is number => each !== null);
  const low = Math.min(-1, Math.floor(Math.min(0, ...finite) / LN10));
  const step = Math.ceil(-low / MOST_TICKS);
  return { low, ticks: Array.from({ length: Math.floor(-low / step) + 1 }, (_, i) => -i * step).reverse() };
}

const tickText = (power: number): string =>
  power >= -4 ? String(Number((10 ** power).toPrecision(1))) : `1e−${-power}`;

export function Dumbbells({ rows }: { rows: readonly Dumbbell[] }) {
  const { low, ticks } = decades(rows.flatMap(({ logp, refLogp }) => [logp, refLogp]));
  const place = (logp: number) => 100 * (1 - Math.max(low, logp / LN10) / low);
  const names = [...new Set(rows.map(({ name }) => name))];
  const said = rows.map(({ name, side, logp, refLogp }) => {
    const text = (value: number | null) => probabilityText(value === null ? null : Math.exp(value));
    return `${name}, ${side}: reference ${text(refLogp)}, model ${text(logp)}`;
  });
  return (
    <div className="pl-dumbbells" role="img" aria-label={`Probability of the whole answer. ${said.join('; ')}.`}>
      {names.map((name) => (
        <div key={name} className="pl-dumbbell-model">
          <span className="pl-caption">{name}</span>
          <div className="pl-dumbbell-lines">
            {ticks.map((tick) => (
              <i key={tick} className="grid" style={{ left: `${place(tick * LN10)}%` }} />
            ))}
            {rows
              .filter((row) => row.name === name)
              .map(({ side, logp, refLogp }) => (
                <Line key={side} side={side} logp={logp} refLogp={refLogp} place={place} />
              ))}
          </div>
        </div>
      ))}
      <div className="pl-dumbbell-model axis">
        <span />
        <div className="pl-dumbbell-lines">
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${place(tick * LN10)}%` }}>
              {tickText(tick)}
            </span>
          ))}
          <span className="name">probability</span>
        </div>
      </div>
    </div>
  );
}

function Line({ side, logp, refLogp, place }: Omit<Dumbbell, 'name'> & { readonly place: (logp: number) => number }) {
  if (logp === null) return <div className="pl-dumbbell" />;
  const at = place(logp);
  const from = refLogp === null ? null : place(refLogp);
  const isRight = from === null || at >= from;
  // near an end of the scale the label stands on the other side of the mark
  const outer = isRight ? (at > 80 ? 'left' : 'right') : at < 18 ? 'right' : 'left';
  const ends = [at, from ?? at];
  const edge = outer === 'right' ? Math.max(...ends) : Math.min(...ends);
  return (
    <div className="pl-dumbbell" data-side={side}>
      {from !== null && (
        <>
          <i className="bar" style={{ left: `${Math.min(at, from)}%`, width: `${Math.abs(at - from)}%` }} />
          <i className="mark hollow" style={{ left: `${from}%` }} />
        </>
      )}
      <i className="mark" style={{ left: `${at}%` }} />
      <span
        className="label"
        style={outer === 'right' ? { left: `calc(${edge}% + 10px)` } : { right: `calc(${100 - edge}% + 10px)` }}
      >
        {side === 'chosen' ? 'y⁺' : 'y⁻'} {probabilityText(Math.exp(logp))}
      </span>
    </div>
  );
}
