/** Dates as strftime of Python writes them. */
/** Dates as Python's strftime writes them. */

const two = (n: number): string => String(n).padStart(2, '0');
const named = (date: Date, part: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat('en-US', part).format(date);

const DATE_CODES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (d) => String(d.getFullYear()),
  y: (d) => two(d.getFullYear() % 100),
  m: (d) => two(d.getMonth() + 1),
  d: (d) => two(d.getDate()),
  e: (d) => String(d.getDate()).padStart(2),
  B: (d) => named(d, { month: 'long' }),
  b: (d) => named(d, { month: 'short' }),
  A: (d) => named(d, { weekday: 'long' }),
  a: (d) => named(d, { weekday: 'short' }),
  H: (d) => two(d.getHours()),
  I: (d) => two(d.getHours() % 12 || 12),
  p: (d) => (d.getHours() < 12 ? 'AM' : 'PM'),
  M: (d) => two(d.getMinutes()),
  S: (d) => two(d.getSeconds()),
  '%': () => '%',
};

/** Python's strftime, English names; "%-d" leaves a leading zero out. */
export const formatDate = (date: Date, format: string): string =>
  format.replace(/%(-?)([a-zA-Z%])/g, (whole, dash: string, code: string) => {
    const text = DATE_CODES[code]?.(date);
    if (text === undefined) return whole;
    return dash ? text.replace(/^[0 ](?=.)/, '') : text;
  });
