/** Writing systems of texts. They are not languages: English and French are both Latin. */

/** What their names say; a letter belongs to the first that holds it. */
const SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
  ['Bengali', /\p{Script=Bengali}/u],
  ['Gurmukhi', /\p{Script=Gurmukhi}/u],
  ['Gujarati', /\p{Script=Gujarati}/u],
  ['Tamil', /\p{Script=Tamil}/u],
  ['Telugu', /\p{Script=Telugu}/u],
  ['Kannada', /\p{Script=Kannada}/u],
  ['Malayalam', /\p{Script=Malayalam}/u],
  ['Sinhala', /\p{Script=Sinhala}/u],
  ['Thai', /\p{Script=Thai}/u],
  ['Lao', /\p{Script=Lao}/u],
  ['Khmer', /\p{Script=Khmer}/u],
  ['Burmese', /\p{Script=Myanmar}/u],
  ['Tibetan', /\p{Script=Tibetan}/u],
  ['Georgian', /\p{Script=Georgian}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Ethiopic', /\p{Script=Ethiopic}/u],
  ['Mongolian', /\p{Script=Mongolian}/u],
  ['Hangul', /\p{Script=Hangul}/u],
  ['Han', /\p{Script=Han}/u],
  ['Kana', /\p{Script=Hiragana}|\p{Script=Katakana}/u],
  ['other scripts', /\p{L}/u],
] as const;

export const SCRIPT_NAMES: readonly string[] = SCRIPTS.map(([name]) => name);
export const NO_LETTERS = -1;

const placeOf = (name: (typeof SCRIPTS)[number][0]): number => SCRIPTS.findIndex(([each]) => each === name);
const [LATIN, HAN, KANA] = [placeOf('Latin'), placeOf('Han'), placeOf('Kana')];

/** Of code points that were asked for; 0: not yet, 1: no letter, else the place in the list + 2. */
const known = new Uint8Array(0x110000);

function scriptOf(codePoint: number): number {
  if (known[codePoint] === 0) {
    const letter = String.fromCodePoint(codePoint);
    known[codePoint] = /\p{L}/u.test(letter) ? SCRIPTS.findIndex(([, holds]) => holds.test(letter)) + 2 : 1;
  }
  return known[codePoint] - 2;
}

/** Letters of each script. */
export function countScripts(text: string, counts: Uint32Array = new Uint32Array(SCRIPTS.length)): Uint32Array {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      const lower = code | 0x20;
      if (lower >= 0x61 && lower <= 0x7a) counts[LATIN]++;
      continue;
    }
    const point = text.codePointAt(at) ?? code;
    if (point > 0xffff) at++;
    const script = scriptOf(point);
    if (script >= 0) counts[script]++;
  }
  return counts;
}

/** Share of kana among the letters of a text from which it is Japanese, whatever its many Han. */
const JAPANESE = 0.1;

/** Place of the script that most letters are of; NO_LETTERS without any. Han with some kana count as kana. */
export function mainScript(counts: Uint32Array): number {
  let most = NO_LETTERS;
  for (let script = 0; script < counts.length; script++)
    if (counts[script] > (most === NO_LETTERS ? 0 : counts[most])) most = script;
  return most === HAN && counts[KANA] >= JAPANESE * (counts[HAN] + counts[KANA]) ? KANA : most;
}
