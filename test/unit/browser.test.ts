import { expect, test } from 'vitest';
import { chromium, office, runAxe } from '../harness/browser.ts';

test('the harness finds a browser, and axe finds what is wrong with a page and nothing with a good one', async () => {
  const browser = await chromium();
  try {
    const page = await (await browser.newContext(office)).newPage();
    await page.setContent('<html lang="zh-Hant"><title>好</title><main><h1>安程</h1></main>');
    expect(await runAxe(page)).toEqual([]);
    await page.setContent('<html lang="zh-Hant"><title>壞</title><main><img src="x"></main>');
    expect((await runAxe(page)).map(({ rule }) => rule)).toEqual(['image-alt']);
    expect(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe('Asia/Taipei');
  } finally {
    await browser.close();
  }
});
