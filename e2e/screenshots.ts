import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readEnv } from '@referrals/config';
import { startDemo, WHOLE, type RunningDemo } from '@rooms/demo';
import { findBrowser, launch, open, settled, signIn } from './harness/browser.js';

// `npm run screenshots`: the pictures of docs/console, made from the demo's data.
const FOLDER = 'docs/console';
const SIZE = { viewport: { width: 1280, height: 860 } };
const PAGES: [name: string, path: (demo: RunningDemo) => string][] = [
  ['overview', () => ''], ['reviews', () => '/reviews'], ['user', ({ referrer }) => `/users/${referrer}`], ['codes', () => '/codes'], ['programme', () => '/programme'], ['webhooks', () => '/webhooks'],
];

const path = findBrowser();
if (path === null) throw new Error('no browser on PATH nor in CHROME_PATH');
const dataDir = mkdtempSync(join(tmpdir(), 'referrals-screenshots-'));
const say = (line: string): void => console.log(line);
const demo = await startDemo(readEnv({ ...process.env, DATA_DIR: dataDir, PORT: '0' }), say, WHOLE);
const browser = await launch(path);
mkdirSync(FOLDER, { recursive: true });
try {
  const { page } = await open(browser, SIZE);
  await signIn(page, demo.url, demo.adminKey);
  for (const [name, pathOf] of PAGES) await take(page, name, `${demo.url}/console${pathOf(demo)}`);
  await page.goto(`${demo.url}/console/users/${demo.referrer}`);
  await page.getByRole('button', { name: /^Explain/ }).first().click();
  await page.getByTestId('formula').waitFor();
  await shoot(page, 'calculation');
  const dark = await open(browser, { ...SIZE, colorScheme: 'dark' });
  await signIn(dark.page, demo.url, demo.adminKey);
  await take(dark.page, 'overview-dark', `${demo.url}/console`);
  const portal = await open(browser, SIZE);
  await take(portal.page, 'portal', `${demo.url}/portal#token=${demo.portalToken}`);
  const phone = await open(browser, { viewport: { width: 360, height: 740 } });
  await take(phone.page, 'portal-phone', `${demo.url}/portal#token=${demo.portalToken}`);
} finally {
  await browser.close();
  await demo.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function take(page: Page, name: string, url: string): Promise<void> {
  await page.goto(url);
  await settled(page);
  await shoot(page, name);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
  say(`${FOLDER}/${name}.png`);
}
