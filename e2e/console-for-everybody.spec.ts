import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findBrowser, launch, open, seriousFaults, settled, signIn } from './harness/browser.js';
import { eventually, type Client } from './harness/client.js';
import { HOST_SECRET, tellOfTwoFriends, tokenOf } from './harness/host.js';
import { startProduct, type Product } from './harness/product.js';

const PAGES = ['', '/reviews', '/users', '/users/till', '/codes', '/patterns', '/programme', '/jobs', '/webhooks', '/dead-letters', '/keys', '/audit'];
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

  it.each(['light', 'dark'] as const)('of the console has no serious fault of accessibility in %s colours, and breaks no policy', async (colorScheme) => {
    const { context, page, complaints } = await open(browser, { colorScheme });
    await page.goto(`${client.url}/console`);
    const found: Record<string, string[]> = { 'sign-in': await seriousFaults(page) };
    await signIn(page, client.url, product.adminKey);
    for (const name of PAGES) {
      await page.goto(`${client.url}/console${name}`);
      await settled(page);
      found[name] = await seriousFaults(page);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, faults]) => faults.length > 0))).toEqual({});
    expect(complaints).toEqual([]);
    await context.close();
  }, 400_000);

  it('fits a screen of 360 pixels without scrolling sideways', async () => {
    const { context, page } = await open(browser, { viewport: { width: 360, height: 740 } });
    const wider = 'document.documentElement.scrollWidth - window.innerWidth';
    await signIn(page, client.url, product.adminKey);
    const overhang: Record<string, number> = {};
    for (const name of PAGES) {
      await page.goto(`${client.url}/console${name}`);
      await settled(page);
      overhang[name] = await page.evaluate<number>(wider);
    }
    await page.goto(`${client.url}/portal#token=${await tokenOf('till')}`);
    await settled(page);
    overhang['portal'] = await page.evaluate<number>(wider);
    expect(Object.entries(overhang).filter(([, pixels]) => pixels > 0)).toEqual([]);
    await context.close();
  }, 300_000);

  it.each(['light', 'dark'] as const)('of the portal has no serious fault of accessibility in %s colours, and breaks no policy', async (colorScheme) => {
    const { context, page, complaints } = await open(browser, { colorScheme });
    await page.goto(`${client.url}/portal#token=${await tokenOf('till')}`);
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
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
