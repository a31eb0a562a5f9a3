import { hash } from 'node:crypto';
import { openapi } from './openapi.js';

interface Operation {
  summary: string;
  tags: string[];
  'x-scope': string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}
interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}
interface Document {
  info: { title: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem}h3{margin:1.5rem 0 .3rem;font:600 1rem ui-monospace,monospace}code,td:first-child{font-family:ui-monospace,monospace;font-size:.9em}
table{border-collapse:collapse;margin:.5rem 0;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}
.s{opacity:.7}nav a{margin-right:1rem}summary{cursor:pointer}`;

/** The page needs nothing but its own style, which the policy names by its hash. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const anchor = (name: string): string => name.toLowerCase().replace(/\W+/g, '-');

let made: string | undefined;
export const docsPage = (): string => (made ??= render(openapi() as Document));

/** The whole API on one page, made from its description. */
function render({ info, tags, paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const sections = tags.map(({ name }) => {
    const mine = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2 id="${anchor(name)}">${escaped(name)}</h2>${mine.map(section).join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `<h3 id="${anchor(`schema ${name}`)}">${escaped(name)}</h3>${fieldTable(schema)}`);
  const links = tags.map(({ name }) => `<a href="#${anchor(name)}">${escaped(name)}</a>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} API</title>
<style>${STYLE}</style></head><body><h1>${escaped(info.title)} API</h1><p>${escaped(info.description)} The same as a document: <a href="/openapi.json">openapi.json</a>.</p>
<nav>${links}<a href="#shapes">Shapes</a></nav>${sections.join('')}<h2 id="shapes">Shapes</h2>${schemas.join('')}</body></html>`;
}

function section({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const rows = parameters.map(({ name, in: place, required, schema, description }) => row(`${name}${required ? '' : '?'}`, `${place}: ${shape(schema ?? {})}`, description ?? schema?.description));
  const answers = Object.entries(responses).map(([status, { description, content }]) => row(status, shape(Object.values(content ?? {})[0]?.schema ?? {}), Number(status) < 400 ? '' : description));
  return `<h3 id="${anchor(`${method} ${path}`)}">${method.toUpperCase()} ${escaped(path)}</h3><p>${escaped(summary)} <span class="s">(${escaped(operation['x-scope'])})</span></p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}${body ? fieldTable(body) : ''}<details><summary>answers</summary><table>${answers.join('')}</table></details>`;
}

function fieldTable({ properties, required = [], description }: Schema): string {
  const rows = Object.entries(properties ?? {}).map(([name, schema]) => row(`${name}${required.includes(name) ? '' : '?'}`, shape(schema), schema.description));
  return `${description ? `<p>${escaped(description)}</p>` : ''}${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}`;
}

const row = (name: string, kind: string, description = ''): string => `<tr><td>${escaped(name)}</td><td>${kind}</td><td>${escaped(description)}</td></tr>`;

/** A schema in a few words, as HTML. */
function shape({ $ref, type, enum: words, const: only, anyOf, allOf, items, properties }: Schema): string {
  if ($ref) {
    const name = $ref.split('/').at(-1)!;
    return `<a href="#${anchor(`schema ${name}`)}">${escaped(name)}</a>`;
  }
  if (words) return words.map((word) => `<code>${escaped(JSON.stringify(word))}</code>`).join(' ');
  if (only !== undefined) return `<code>${escaped(JSON.stringify(only))}</code>`;
  if (anyOf) return anyOf.map(shape).join(' or ');
  if (allOf) return shape(allOf[0]!);
  if (items) return `list of ${shape(items)}`;
  if (properties) return `{${Object.keys(properties).map(escaped).join(', ')}}`;
  return escaped(Array.isArray(type) ? type.join(' or ') : (type ?? ''));
}
