/** Pages of a long list: what is fetched, in which order, what is kept, and what happens after an error. */
import { describe, expect, it, vi } from 'vitest';
import { createPageCache, type Page } from '../../../src/renderer/pages/datasets/page-cache.ts';

/** A host that answers when it is told to; the rows are their own numbers. */
function slowHost(total: number) {
  const waiting: { offset: number; answer: () => void; fail: () => void }[] = [];
  const fetchPage = (offset: number, limit: number) =>
    new Promise<Page<number>>((resolve, reject) => {
      const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i);
      waiting.push({ offset, answer: () => resolve({ total, rows }), fail: () => reject(new Error('no host')) });
    });
  const settle = () => new Promise((done) => setTimeout(done));
  return {
    fetchPage,
    asked: () => waiting.map(({ offset }) => offset),
    async answer() {
      waiting.shift()?.answer();
      await settle();
    },
    async fail() {
      waiting.shift()?.fail();
      await settle();
    },
  };
}

const sizes = { pageSize: 10, kept: 4 };

describe('a page cache', () => {
  it('asks for one page until it knows the total, then for the neighbours that exist', async () => {
    const host = slowHost(25);
    const cache = createPageCache(host.fetchPage, sizes);
    cache.show(0, 7);
    expect(host.asked()).toEqual([0]);
    expect([cache.total(), cache.row(0)]).toEqual([null, undefined]);
    await host.answer();
    expect([cache.total(), cache.row(9), cache.row(10)]).toEqual([25, 9, undefined]);
    expect(host.asked()).toEqual([10]);
    cache.show(12, 24);
    expect(host.asked()).toEqual([10, 20]);
  });

  it('drops the wish for what was scrolled past', async () => {
    const host = slowHost(1000);
    const cache = createPageCache(host.fetchPage, sizes);
    cache.show(0, 5);
    await host.answer();
    for (let row = 100; row <= 900; row += 100) cache.show(row, row + 5);
    // two are under way; only the last wish is left for afterwards
    const underWay = host.asked();
    expect(underWay).toHaveLength(2);
    await host.answer();
    await host.answer();
    expect(host.asked().sort((a, b) => a - b)).toEqual([900, 910]);
  });

  it('tells of pages in view at once, of others when they come into view', async () => {
    const host = slowHost(1000);
    const cache = createPageCache(host.fetchPage, sizes);
    cache.show(100, 105);
    await host.answer();
    const seen = cache.version();
    await host.answer();
    await host.answer();
    expect(cache.version()).toBe(seen);
    cache.show(112, 118);
    expect([cache.row(115), cache.version()]).toEqual([115, seen + 1]);
    cache.show(112, 118);
    expect(cache.version()).toBe(seen + 1);
  });

  it('keeps the pages nearest to the view', async () => {
    const host = slowHost(1000);
    const cache = createPageCache(host.fetchPage, sizes);
    for (const row of [0, 100, 200, 300, 400]) {
      cache.show(row, row);
      while (host.asked().length > 0) await host.answer();
    }
    expect(cache.row(0)).toBeUndefined();
    expect([cache.row(395), cache.row(400), cache.row(410)]).toEqual([395, 400, 410]);
  });

  it('says what went wrong, asks nothing more by itself, and goes on after a retry', async () => {
    const host = slowHost(5);
    const cache = createPageCache(host.fetchPage, sizes);
    const heard = vi.fn();
    const stop = cache.subscribe(heard);
    cache.show(0, 4);
    await host.fail();
    expect(cache.error()?.message).toBe('no host');
    cache.show(0, 4);
    expect(host.asked()).toEqual([]);
    const before = cache.version();
    cache.retry();
    await host.answer();
    expect([cache.error(), cache.total(), cache.row(4)]).toEqual([null, 5, 4]);
    expect(cache.version()).toBeGreaterThan(before);
    const calls = heard.mock.calls.length;
    stop();
    cache.retry();
    expect(heard).toHaveBeenCalledTimes(calls);
  });

  it('an empty list is an answer', async () => {
    const host = slowHost(0);
    const cache = createPageCache(host.fetchPage, sizes);
    cache.show(0, 20);
    await host.answer();
    expect([cache.total(), cache.row(0), host.asked()]).toEqual([0, undefined, []]);
  });
});
