import { describe, expect, test } from '@jest/globals';
import { ROUTES } from '@referrals/contracts';
import { REFUSALS } from '@referrals/domain';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { DOCS_POLICY, docsPage } from './docs-page.js';
import { problemTable } from './problem-table.js';

describe('the page of the API', () => {
  const page = docsPage();

  test('has every route, with its scope', () => {
    for (const { http } of ROUTES) expect(page).toContain(`${http.method} ${http.path}</h3>`);
    expect(page).toContain('(publishable)');
  });

  test('loads nothing and runs nothing: its one style is the one that its policy names', () => {
    expect(page).not.toMatch(/<script|<img|<link|<iframe|javascript:|\son\w+=|src=|url\(|@import/i);
    const [, style] = /<style>([^]*?)<\/style>/.exec(page)!;
    expect(DOCS_POLICY).toContain(`'sha256-${hash('sha256', style!, 'base64')}'`);
    expect(DOCS_POLICY).toContain("default-src 'none'");
    expect(page.match(/https?:\/\//g)).toBeNull();
  });

  test('links to nothing that is not there', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});

describe('docs/problems.md', () => {
  test('is what the words of today make it', () => {
    const kept = readFileSync(new URL('../../../../docs/problems.md', import.meta.url), 'utf8');
    expect(kept).toBe(problemTable());
  });

  test('explains every word', () => {
    for (const code of Object.keys(REFUSALS)) expect(problemTable()).toContain(`| \`${code}\` |`);
  });
});

describe('docs/security.md', () => {
  test('names only tests that there are', () => {
    const root = new URL('../../../../', import.meta.url);
    const text = readFileSync(new URL('docs/security.md', root), 'utf8');
    const named = new Set([...text.matchAll(/`([\w.-]+\.spec)`/g)].map((match) => `${match[1]}.ts`));
    const files = ['apps', 'libs', 'e2e'].flatMap((folder) => readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })).map((path) => path.split('/').at(-1)!);
    expect(named.size).toBeGreaterThan(15);
    for (const name of named) expect(files).toContain(name);
  });
});
