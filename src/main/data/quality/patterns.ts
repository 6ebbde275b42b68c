/** Personal data and secrets by their form. */

export interface Pattern {
  /** "e-mail address", and of several "e-mail addresses". */
  readonly one: string;
  readonly many: string;
  find(text: string): boolean;
}

const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/iu;

/** With a country's number, or as 3-3-4 digits with signs between. */
const PHONE =
  /(?<![\w+.-])(?:\+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,5}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\w-])/gu;

const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/gu;

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

/** The check digit of card numbers (ISO/IEC 7812-1, Luhn): every second digit from the right doubled, the sum a multiple of 10. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** First digits of the card companies. */
const isCard = (match: string): boolean => {
  const digits = digitsOf(match);
  return /^(?:4|5[1-5]|2[2-7]|3[47]|6)/.test(digits) && passesLuhn(digits);
};

/** E.164: at most 15 digits. */
const isPhone = (match: string): boolean => {
  const { length } = digitsOf(match);
  return length >= 8 && length <= 15;
};

const some = (text: string, pattern: RegExp, holds: (match: string) => boolean): boolean => {
  for (const [match] of text.matchAll(pattern)) if (holds(match)) return true;
  return false;
};

const hasDigits = (text: string): boolean => /\d{3}/.test(text);

export const PERSONAL: readonly Pattern[] = [
  { one: 'e-mail address', many: 'e-mail addresses', find: (text) => text.includes('@') && EMAIL.test(text) },
  { one: 'phone number', many: 'phone numbers', find: (text) => hasDigits(text) && some(text, PHONE, isPhone) },
  { one: 'card number', many: 'card numbers', find: (text) => hasDigits(text) && some(text, CARD, isCard) },
];

/** A pattern and what must stand in the text for it to be tried. */
const keyed = (one: string, many: string, hint: string, pattern: RegExp): Pattern => ({
  one,
  many,
  find: (text) => text.includes(hint) && pattern.test(text),
});

export const SECRETS: readonly Pattern[] = [
  keyed('private key', 'private keys', '-----BEGIN', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/u),
  keyed('AWS key', 'AWS keys', 'A', /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/u),
  keyed('GitHub token', 'GitHub tokens', 'gh', /(?<!\w)gh[pousr]_[A-Za-z0-9]{36,}/u),
  keyed('Hugging Face token', 'Hugging Face tokens', 'hf_', /(?<!\w)hf_[A-Za-z0-9]{30,}/u),
  keyed('API key', 'API keys', 'sk-', /(?<!\w)sk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}/u),
  keyed('Google key', 'Google keys', 'AIza', /(?<!\w)AIza[\w-]{35}(?![\w-])/u),
  keyed('Slack token', 'Slack tokens', 'xox', /(?<!\w)xox[abprs]-[\w-]{10,}/u),
  keyed('web token', 'web tokens', 'eyJ', /(?<!\w)eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/u),
];
