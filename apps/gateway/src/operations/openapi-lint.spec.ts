import { describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openapi } from './openapi.js';

/** A link only leads on: it has no other success than 302. */
const EXPLAINED = ['operation-2xx-response #/paths/~1r~1{code}/get/responses'];

describe('the OpenAPI document', () => {
  it('passes the recommended rules of the field’s linter, warnings included', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(openapi()), config });
    expect(problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer ?? ''}`)).toEqual(EXPLAINED);
  });

  it('holds no example that its own schema would refuse', () => {
    const ajv = new Ajv2020({ strict: false });
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema({ $id: 'http://api/', ...openapi() });
    const examples = examplesOf(openapi(), '#');
    expect(examples.length).toBeGreaterThan(20);
    const refused = examples.filter(({ pointer, value }) => !ajv.compile({ $ref: `http://api/${encodeURI(pointer)}` })(value));
    expect(refused).toEqual([]);
  });
});

interface Example {
  pointer: string;
  value: unknown;
}

/** Every schema with examples, by where it stands. */
function examplesOf(value: unknown, pointer: string): Example[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray((value as { examples?: unknown }).examples) ? (value as { examples: unknown[] }).examples.map((example) => ({ pointer, value: example })) : [];
  const below = Object.entries(value).filter(([name]) => name !== 'examples');
  return [...own, ...below.flatMap(([name, item]) => examplesOf(item, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`))];
}
