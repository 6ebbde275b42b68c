/** Specs of the frame: the app opens with its navigation, and each page has its heading. */
import assert from 'node:assert/strict';
import type { Spec } from './stage.ts';

const PAGES = ['Home', 'Datasets', 'Experiments', 'Compare', 'Inspect', 'Rate', 'Lab', 'Models', 'Settings'];

export const frameSpecs: readonly Spec[] = [
  {
    name: 'the app opens on Home, with its navigation and without an error',
    async run({ page, errors }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.getByRole('navigation').first().getByRole('link', { name: 'Home', exact: true }).waitFor();
      assert.deepEqual(errors, []);
    },
  },
  {
    name: 'every link of the navigation opens a page with one level-1 heading of its name',
    async run({ page, errors }) {
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      const navigation = page.getByRole('navigation').first();
      let opened = 0;
      for (const name of PAGES) {
        const link = navigation.getByRole('link', { name, exact: true });
        if ((await link.count()) === 0) continue;
        await link.click();
        await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
        opened++;
      }
      assert.ok(opened >= 2, `only ${opened} pages could be opened`);
      assert.deepEqual(errors, []);
    },
  },
];
