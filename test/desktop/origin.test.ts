/** Which pages are ours, which frames may speak, and what a click may open outside. */
import { describe, expect, it } from 'vitest';
import { isOurBlob, isOurs, isTrusted, mayOpenOutside, START_URL } from '../../src/main/desktop/origin.ts';

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

describe('a download', () => {
  it('is ours when our page made it', () => {
    expect(isOurBlob('blob:app://plumbline/3f0c')).toBe(true);
  });

  it.each([
    'blob:app://plumbline.evil/3f0c',
    'blob:https://evil.example/3f0c',
    'app://plumbline/index.html',
    'https://evil.example/file.exe',
    'data:text/plain,hello',
  ])('is not ours: %s', (url) => {
    expect(isOurBlob(url)).toBe(false);
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
