/** Which pages are ours, which frames may speak, and what a click may open outside. */
import { describe, expect, it } from 'vitest';
import { isOurs, isTrusted, mayOpenOutside, START_URL } from '../../src/main/desktop/origin.ts';

describe('our origin', () => {
  it.each([START_URL, 'app://plumbline/#/datasets', 'app://plumbline'])('is that of %s', (url) => {
    expect(isOurs(url)).toBe(true);
  });

  it.each([
    'app://plumbline.evil/index.html',
    'app://plumbline:1/index.html',
    'app://user@plumbline.evil/',
    'https://plumbline/',
    'file:///index.html',
    'data:text/html,app://plumbline/',
    'javascript:alert(1)',
    'about:blank',
    '',
  ])('is not that of %s', (url) => {
    expect(isOurs(url)).toBe(false);
  });
});

describe('a sender', () => {
  it('is trusted as the main frame of our page only', () => {
    expect(isTrusted({ url: START_URL, parent: null })).toBe(true);
    expect(isTrusted({ url: START_URL, parent: {} })).toBe(false);
    expect(isTrusted({ url: 'https://evil.example/', parent: null })).toBe(false);
    expect(isTrusted(null)).toBe(false);
  });
});

describe('the world outside', () => {
  it.each(['https://arxiv.org/abs/2305.18290', 'https://github.com/huggingface/trl'])('opens %s', (url) => {
    expect(mayOpenOutside(url)).toBe(true);
  });

  it.each([
    'http://arxiv.org/abs/2305.18290',
    'https://arxiv.org.evil.example/',
    'https://arxiv.org@evil.example/',
    'https://user:password@arxiv.org/',
    'file:///etc/passwd',
    'smb://host/share',
    'not a url',
  ])('does not open %s', (url) => {
    expect(mayOpenOutside(url)).toBe(false);
  });
});
