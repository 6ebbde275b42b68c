/** Numbers, sizes, durations and dates as the interface writes them: own minus (U+2212), thin spaces, no locale surprises. */
const MINUS = '\u2212';
const THIN = '\u2009';
export const MISSING = '–';

const isNumber = (value: number | null | undefined): value is number => value != null && Number.isFinite(value);

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, THIN);

/** 12345.6, 1 → "12 345.6". Missing or not finite → "–". */
export function fixed(value: number | null | undefined, decimals = 0): string {
  if (!isNumber(value)) return MISSING;
  const text = Math.abs(value).toFixed(decimals);
  const [whole, rest] = text.split('.');
  const sign = value < 0 && Number(text) !== 0 ? MINUS : '';
  return `${sign}${whole.length > 3 ? grouped(whole) : whole}${rest ? `.${rest}` : ''}`;
}

/** A whole number with thin spaces. */
export const whole = (value: number | null | undefined): string => fixed(value, 0);

/** About four significant digits, whatever the size: 0.693, 14.2, 1 240, 5e−5. */
export function compact(value: number | null | undefined): string {
  if (!isNumber(value)) return MISSING;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return compactSmall(value);
  if (size >= 1e9) return value.toExponential(2).replaceAll('-', MINUS).replace('e+', 'e');
  const decimals = size >= 1000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return trimZeros(fixed(value, decimals));
}

/** 0.0012 → "1.2e−3". */
export const compactSmall = (value: number): string =>
  value.toExponential(1).replace('.0e', 'e').replaceAll('-', MINUS).replace('e+', 'e');

const trimZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** With its sign: "+0.81", "−4.4", "0". */
export const signed = (value: number | null | undefined, decimals = 2): string =>
  isNumber(value) && value > 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals);

/** 0.746 → "74.6%". */
export const percent = (share: number | null | undefined, decimals = 1): string =>
  isNumber(share) ? `${fixed(share * 100, decimals)}%` : MISSING;

/** 134515008 → "134.5 M". */
export function parameters(count: number | null | undefined): string {
  if (!isNumber(count)) return MISSING;
  if (count >= 1e9) return `${fixed(count / 1e9, 1)} B`;
  if (count >= 1e5) return `${fixed(count / 1e6, count >= 1e6 ? 1 : 2)} M`;
  return whole(count);
}

/** Decimal units, as disks and the design count: 3 700 000 → "3.7 MB". */
export function bytes(count: number | null | undefined): string {
  if (!isNumber(count)) return MISSING;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = count;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${fixed(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** 322 → "5 min 22 s"; 3720 → "1 h 02 min". */
export function duration(seconds: number | null | undefined): string {
  if (!isNumber(seconds)) return MISSING;
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)} min ${pad(total % 60)} s`;
  return `${Math.floor(total / 3600)} h ${pad(Math.floor((total % 3600) / 60))} min`;
}

/** "12 min ago", "yesterday", "5 d ago"; `now` in milliseconds. */
export function ago(date: string | null | undefined, now: number = Date.now()): string {
  const at = date == null ? Number.NaN : Date.parse(date);
  if (!Number.isFinite(at)) return MISSING;
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days === 1 ? 'yesterday' : `${days} d ago`;
}

/** Local "11:42:43". */
export function clock(date: string): string {
  const at = new Date(date);
  if (Number.isNaN(at.getTime())) return MISSING;
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Local "2026-03-01 11:42". */
export function dateTime(date: string): string {
  const at = new Date(date);
  if (Number.isNaN(at.getTime())) return MISSING;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(date).slice(0, 5)}`;
}

/** "1 pair", "2 pairs", "9 000 pairs". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;

/** Any value of a config as one line of text. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return MISSING;
  if (typeof value === 'number')
    return value !== 0 && Math.abs(value) < 0.001 ? compact(value) : trimZeros(String(value).replace('-', MINUS));
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
