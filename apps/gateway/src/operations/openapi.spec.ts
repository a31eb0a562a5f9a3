import { describe, expect, test } from '@jest/globals';
import { ROUTES } from '@referrals/contracts';
import { isRefusalCode, REFUSALS } from '@referrals/domain';
import { openapi } from './openapi.js';

interface Operation {
  operationId: string;
  tags: string[];
  security?: object[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties: Record<string, object>; required: string[] } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = JSON.parse(JSON.stringify(openapi())) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));

describe('the OpenAPI document', () => {
  test('is of version 3.1 and holds every route of every contract', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(described.sort()).toEqual(ROUTES.map(({ http }) => `${http.method} ${http.path}`).sort());
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  });

  test.each(operations.map((entry) => [`${entry.method} ${entry.path}`, entry] as const))('%s has its parameters, answers and problems', (_name, { path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(described.map(({ name }) => name)).toEqual(inPath);
    for (const parameter of operation.parameters ?? []) expect(parameter.schema).toEqual(expect.any(Object));
    for (const name of Object.keys(operation.requestBody?.content['application/json']!.schema.properties ?? {})) expect(inPath).not.toContain(name);
    expect(Object.keys(operation.responses).some((status) => /^[23]/.test(status))).toBe(true);
    for (const [status, { description }] of Object.entries(operation.responses).filter(([code]) => Number(code) >= 400)) {
      for (const code of description.split(', ')) expect(isRefusalCode(code) && REFUSALS[code]).toBe(Number(status));
    }
  });

  test('refers only to schemas that it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  test('shows a context in the clear and no field that only rooms use', () => {
    const body = document.paths['/v1/referrals']!['post']!.requestBody!.content['application/json']!.schema;
    expect(body.required).toEqual(['refereeId']);
    expect(JSON.stringify(body)).toContain('deviceId');
    expect(JSON.stringify(document)).not.toMatch(/"sealed\w*":/);
  });

  test('carries the examples of the contracts', () => {
    expect(JSON.stringify(document.paths['/v1/referrals'])).toContain('ABCD2345');
  });
});
