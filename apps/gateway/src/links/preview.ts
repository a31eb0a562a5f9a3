import type { IncomingHttpHeaders } from 'node:http';

/** What fetches a link to show it, or before anybody asked: messengers, social networks, search engines, mail scanners, plain tools. */
const FETCHERS = [
  'bot\\b', 'bot/', 'crawl', 'spider', 'slurp', 'preview', 'facebookexternalhit', 'facebookcatalog', 'meta-externalagent', 'whatsapp', 'telegram', 'slack',
  'discord', 'linkedin', 'pinterest', 'embedly', 'vkshare', 'viber', 'snapchat', 'iframely', 'google-inspectiontool', 'google-safety', 'barracuda',
  'proofpoint', 'mimecast', 'headless', 'lighthouse', 'uptime', 'python-', 'go-http-client', 'okhttp', 'libwww',
];
const AGENT = new RegExp(FETCHERS.join('|'), 'i');
const PURPOSES = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'];

/** Whether nobody clicked: a preview, a prefetch, a question for the headers alone. */
export function isPreview(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET') return true;
  if (PURPOSES.some((name) => /prefetch|preview|prerender/i.test(String(headers[name] ?? '')))) return true;
  return AGENT.test(headers['user-agent'] ?? '');
}
