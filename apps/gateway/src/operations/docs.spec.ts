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
  const root = new URL('../../../../', import.meta.url);
  const document = readFileSync(new URL('docs/security.md', root), 'utf8');
  const files = ['apps', 'libs', 'migrations', 'e2e', 'chaos'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.spec.ts')).map((file) => `${folder}/${file}`));
  /** Two rooms may have specs of one name. */
  const specs = Map.groupBy(files, (file) => file.split('/').at(-1)!.replace(/\.ts$/, ''));
  const checklist = document.split(/^## Checklist$/m)[1]!.split(/^## /m)[0]!;
  const rows = checklist.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => line.split('|').slice(1, 3).map((cell) => cell.trim()) as [item: string, tests: string]);

  test('has a place for each of the 48 items', () => {
    const numbers = rows.flatMap(([item]) => /^[\d, ]+/.exec(item)![0].split(',').map(Number));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, n) => n + 1));
  });

  test('names specs that there are', () => {
    const named = new Set([...document.matchAll(/`([\w.-]+\.spec)`/g)].map(([, name]) => name!));
    expect(named.size).toBeGreaterThan(15);
    expect([...named].filter((name) => !specs.has(name))).toEqual([]);
  });

  test.each(rows)('quotes tests as they are called: %s', (_item, tests) => {
    for (const [, name, quoted] of tests.matchAll(/`([\w.-]+\.spec)`((?:[:,] “[^”]+”)*)/g)) {
      const text = specs.get(name!)!.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n');
      for (const [, phrase] of quoted!.matchAll(/“([^”]+)”/g)) expect(text).toContain(phrase);
    }
  });
});
