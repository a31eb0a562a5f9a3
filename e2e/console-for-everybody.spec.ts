import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launch, open, seriousFaults, settled, signIn, still } from './harness/browser.js';
import { eventually, type Client } from './harness/client.js';
import { HOST_SECRET, tellOfTwoFriends, tokenOf } from './harness/host.js';
import { startProduct, type Product } from './harness/product.js';

const PAGES = ['', '/reviews', '/users', '/users/till', '/codes', '/patterns', '/rings', '/programme', '/jobs', '/webhooks', '/dead-letters', '/keys', '/audit'];
const WIDE = { width: 1_280, height: 900 };
const path = findBrowser();
if (path === null) console.warn('no browser on PATH nor in CHROME_PATH: the pages are not looked at');

(path === null ? describe.skip : describe)('every page', () => {
  let product: Product;
  let client: Client;
  let browser: Browser;
  beforeAll(async () => {
    product = await startProduct({ variables: { HOST_JWT_SECRET: HOST_SECRET } });
    client = product.client;
    await tellOfTwoFriends(product);
    await client.tell('POST', '/v1/codes', { userId: 'marketing', type: 'campaign', code: 'SPRING-SALE' });
    await client.tell('POST', '/v1/fraud-patterns', { patternType: 'email_domain', patternValue: 'throwaway.example', severity: 'high', scoreImpact: 40 });
    await client.tell('POST', '/v1/api-keys', { scope: 'service', label: 'billing' });
    await eventually(async () => expect((await client.get('/v1/reviews')).body.data).toHaveLength(1), 30_000);
    browser = await launch(path!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 30_000);

  /** Looked at once and never loaded again: what is wrong with it in either colour scheme, and on a screen of 360 pixels. */
  async function faultsOf(page: Page): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    await settled(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
      await still(page);
      found[colorScheme] = await seriousFaults(page);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await still(page);
    const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    found['360 pixels'] = [...(overhang > 0 ? [`${overhang} pixels too wide`] : []), ...(await seriousFaults(page))];
    await page.setViewportSize(WIDE);
    return Object.fromEntries(Object.entries(found).filter(([, faults]) => faults.length > 0));
  }

  it('of the console has no serious fault of accessibility in light and dark colours nor at 360 pixels, which it fits, and breaks no policy', async () => {
    const { context, page, complaints } = await open(browser, { viewport: WIDE });
    await page.goto(`${client.url}/console`);
    const found: Record<string, object> = { 'sign-in': await faultsOf(page) };
    await signIn(page, client.url, product.adminKey);
    for (const name of PAGES) {
      await page.goto(`${client.url}/console${name}`);
      found[name] = await faultsOf(page);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, faults]) => Object.keys(faults).length > 0))).toEqual({});
    expect(complaints).toEqual([]);
    await context.close();
  }, 400_000);

  it('of the portal neither', async () => {
    const { context, page, complaints } = await open(browser, { viewport: WIDE });
    await page.goto(`${client.url}/portal#token=${await tokenOf('till')}`);
    expect(await faultsOf(page)).toEqual({});
    expect(complaints).toEqual([]);
    await context.close();
  }, 180_000);

  it('speaks German to those who do', async () => {
    const { context, page } = await open(browser, { locale: 'de-DE' });
    await page.goto(`${client.url}/portal#token=${await tokenOf('till')}`);
    await page.getByRole('heading', { level: 1, name: 'Freunde einladen' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('de');
    await page.getByText('von dem, was deine Freunde zahlen').waitFor();
    await context.close();
  }, 180_000);

  it('is served with a policy without unsafe words, a nonce of its own, and assets that stay cached', async () => {
    const [first, second] = await Promise.all([fetch(`${client.url}/console`), fetch(`${client.url}/console/reviews`)]);
    const policies = [first, second].map(({ headers }) => headers.get('content-security-policy')!);
    expect(policies[0]).toMatch(/script-src 'self'; style-src 'self' 'nonce-[\w+/=]{20,}'/);
    expect(policies.join()).not.toContain('unsafe');
    expect(policies[0]).not.toBe(policies[1]);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const [, asset] = /src="(\/console\/assets\/[^"]+)"/.exec(await first.text())!;
    const script = await fetch(client.url + asset);
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await fetch(`${client.url}/console/assets/none.js`)).status).toBe(404);
  });
});
