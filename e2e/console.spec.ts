import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findBrowser, launch, open, settled, signIn } from './harness/browser.js';
import { Client, eventually } from './harness/client.js';
import { HOST_SECRET, tellOfTwoFriends, tokenOf } from './harness/host.js';
import { startProduct, type Product } from './harness/product.js';
import { startReceiver, type Receiver } from './harness/receiver.js';

const path = findBrowser();
if (path === null) console.warn('no browser on PATH nor in CHROME_PATH: the stories of the console and the portal are left out');

(path === null ? describe.skip : describe)('somebody at the console', () => {
  let product: Product;
  let client: Client;
  let browser: Browser;
  let receiver: Receiver;
  let code = '';
  beforeAll(async () => {
    product = await startProduct({ variables: { HOST_JWT_SECRET: HOST_SECRET, WEBHOOK_ALLOW_PRIVATE: '1' } });
    client = product.client;
    receiver = await startReceiver();
    await client.tell('POST', '/v1/webhook-endpoints', { url: receiver.url, events: ['referral.registered'] });
    ({ code } = await tellOfTwoFriends(product));
    await eventually(async () => expect((await client.get('/v1/reviews?status=pending')).body.data).toEqual([expect.objectContaining({ refereeId: 'rolf', score: 80 })]), 30_000);
    browser = await launch(path!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    receiver?.stop();
    await product?.stop();
  }, 30_000);

  it('is told when the key is wrong, and keeps no key beyond the tab', async () => {
    const { context, page } = await open(browser);
    await page.goto(`${client.url}/console`);
    await page.getByLabel('Admin key').fill('not a key of anybody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Nobody is known by that.').waitFor();
    await signIn(page, client.url, product.adminKey);
    expect(await page.evaluate('Object.values({ ...localStorage }).join() + document.cookie')).not.toContain(product.adminKey);
    await context.close();
  }, 180_000);

  it('approves a held referral with the keyboard, and the balance changes', async () => {
    const { context, page, complaints } = await open(browser);
    const before = await client.balance('till');
    expect(before.held).toBeGreaterThan(0);
    await signIn(page, client.url, product.adminKey);
    await page.getByRole('link', { name: 'Reviews' }).click();
    await page.getByRole('heading', { level: 2, name: 'rolf' }).waitFor();
    await page.getByText('Same device as the referrer').waitFor();
    await page.keyboard.press('a');
    await page.getByLabel('Notes').fill('His brother, who has a tablet of his own now');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => expect(await client.balance('till')).toEqual({ unit: 'credits', available: before.available + before.held, held: 0, debt: 0 }), 40_000);
    await page.getByText('Nothing waits for you').waitFor();
    await page.goto(`${client.url}/console/users/till`);
    await page.getByText(`${before.available + before.held} credits`).first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 180_000);

  it('reads how a bonus came about', async () => {
    const { context, page } = await open(browser);
    const { data } = (await client.get('/v1/users/till/bonuses?limit=100')).body;
    const cashback = data.find(({ event }: { event: string }) => event === 'cashback');
    const { calculation } = (await client.get(`/v1/bonuses/${cashback.id}`)).body;
    await signIn(page, client.url, product.adminKey);
    await page.goto(`${client.url}/console/users/till`);
    await page.getByRole('button', { name: 'Explain the bonus for cashback' }).click();
    expect(await page.getByTestId('formula').textContent()).toBe(calculation.formula);
    await page.getByText(calculation.grantKey).waitFor();
    await context.close();
  }, 180_000);

  it('sees what a user earned by one referral', async () => {
    const { context, page } = await open(browser);
    const [nina] = (await client.get('/v1/users/till/referrals')).body.data.filter(({ refereeId }: { refereeId: string }) => refereeId === 'nina');
    const { data } = (await client.get(`/v1/users/till/bonuses?referralId=${nina.id}&limit=100`)).body;
    await signIn(page, client.url, product.adminKey);
    await page.goto(`${client.url}/console/users/till`);
    const rows = page.getByRole('table', { name: 'Bonuses' }).getByRole('row');
    await rows.nth(data.length + 1).waitFor();
    await page.getByRole('tab', { name: 'Referrals' }).click();
    await page.getByRole('link', { name: 'Bonuses for nina' }).click();
    expect(await page.getByLabel('Of one referral').inputValue()).toBe(nina.id);
    await eventually(async () => expect(await rows.count()).toBe(data.length + 1));
    await page.getByLabel('Of one referral').fill('no id');
    await page.getByText('The id of a referral').waitFor();
    await context.close();
  }, 180_000);

  it('rotates a key, and the old one goes on for a while', async () => {
    const { context, page } = await open(browser);
    const old = (await client.post('/v1/api-keys', { scope: 'service', label: 'billing' })).body.key as string;
    await signIn(page, client.url, product.adminKey);
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Rotate billing' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await dialog.getByText('The key is shown this once.').waitFor();
    const made = (await dialog.locator('.mono').textContent())!;
    expect(made).not.toBe(old);
    for (const key of [old, made]) expect((await new Client(client.url, key).get('/v1/users/till/tier')).status).toBe(200);
    const ends = (await client.get('/v1/api-keys')).body.data.filter(({ label }: { label: string }) => label === 'billing').map(({ expiresAt }: { expiresAt: string | null }) => expiresAt !== null);
    expect(ends).toEqual([false, true]);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('row', { name: /billing/ }).nth(1).waitFor();
    await context.close();
  }, 180_000);

  it('searches for rings, and finds the users who share a device', async () => {
    const { context, page } = await open(browser);
    await client.tell('POST', '/v1/activity', { id: 'login-ruth', userId: 'ruth', kind: 'login', context: { deviceId: 'tablet-of-till' } });
    await eventually(async () => expect((await product.owner.query(`select from fraud.fact where user_id = 'ruth' and kind = 'device'`)).rowCount).toBe(1), 30_000);
    await signIn(page, client.url, product.adminKey);
    await page.getByRole('link', { name: 'Rings' }).click();
    await page.getByText('No rings').waitFor();
    await page.getByRole('button', { name: 'Search now' }).click();
    const ring = page.getByRole('row', { name: /rolf, ruth, till/ });
    await ring.getByText('3 users', { exact: true }).waitFor();
    await ring.getByText('1 device', { exact: true }).waitFor();
    await page.getByLabel('Ring of a user').fill('nina');
    await page.getByText('No rings').waitFor();
    await page.getByLabel('Ring of a user').fill('ruth');
    await page.getByLabel('Sharing a device only').check();
    await ring.getByRole('link', { name: 'till' }).click();
    await page.getByRole('heading', { level: 1, name: 'till' }).waitFor();
    await context.close();
  }, 180_000);

  it('creates a campaign, and somebody registers with it', async () => {
    const { context, page } = await open(browser);
    await signIn(page, client.url, product.adminKey);
    await page.getByRole('link', { name: 'Codes' }).click();
    await page.getByRole('button', { name: 'New campaign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Code', { exact: true }).fill('FAIR-2026');
    await dialog.getByLabel('Uses at most').fill('10');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('row', { name: /FAIR-2026/ }).waitFor();
    expect((await client.tell('POST', '/v1/referrals', { refereeId: 'visitor', code: 'fair2026' })).status).toBe(201);
    await eventually(async () => {
      await page.reload();
      await settled(page);
      expect(await page.getByRole('row', { name: /FAIR-2026/ }).textContent()).toContain('1 / 10');
    }, 60_000);
    await context.close();
  }, 180_000);

  it('sends a webhook again, under the same id', async () => {
    const { context, page } = await open(browser);
    await eventually(async () => expect(receiver.ids.length).toBeGreaterThanOrEqual(2), 20_000);
    expect(new Set(receiver.ids).size).toBe(receiver.ids.length);
    await signIn(page, client.url, product.adminKey);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('button', { name: 'Resend referral.registered' }).last().click();
    await page.getByText('It is on its way again').waitFor();
    await eventually(async () => expect(receiver.ids.length - new Set(receiver.ids).size).toBe(1), 20_000);
    await context.close();
  }, 180_000);

  it('copies the share link in the portal, whose token leaves the address at once', async () => {
    const { context, page, complaints } = await open(browser);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: client.url });
    await page.goto(`${client.url}/portal#token=${await tokenOf('till')}`);
    await page.getByRole('button', { name: 'Copy the link' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${client.url}/r/${code}`);
    expect(page.url()).toBe(`${client.url}/portal`);
    expect(complaints).toEqual([]);
    await context.close();
  }, 180_000);
});
