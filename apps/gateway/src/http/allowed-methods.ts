import { ROUTES, type RoutedContract } from '@referrals/contracts';

const patterns = new Map(ROUTES.map(({ http }) => [http.path, new RegExp(`^${http.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)]));

/** The methods of the routes among these that have this path. */
export function methodsAt(routes: RoutedContract[], url: string): string[] {
  const path = url.split('?', 1)[0]!;
  return routes.filter(({ http }) => patterns.get(http.path)!.test(path)).map(({ http }) => http.method);
}

/** The methods of the routes that have this path; none for a path that is no route's. */
export function allowedMethods(url: string): string[] {
  const methods = methodsAt(ROUTES, url);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
}
