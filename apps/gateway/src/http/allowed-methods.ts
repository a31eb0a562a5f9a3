import { ROUTES } from '@referrals/contracts';

const patterns = ROUTES.map(({ http }) => ({ method: http.method, pattern: new RegExp(`^${http.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`) }));

/** The methods of the routes that have this path; none for a path that is no route's. */
export function allowedMethods(url: string): string[] {
  const path = url.split('?', 1)[0]!;
  const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method as string);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
}
