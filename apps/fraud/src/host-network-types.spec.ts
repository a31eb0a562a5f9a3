import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkTypesOf } from './host-network-types.js';

describe('the types of networks', () => {
  let folder: string;
  const moduleOf = (name: string, source: string): string => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'network-types-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come from the shipped lists when the host names no module', () => {
    const types = networkTypesOf(undefined);
    expect([types.typeOf('3.5.140.1'), types.typeOf('192.0.2.1')]).toEqual(['datacenter', null]);
  });

  it('come from the module that the host names', () => {
    const types = networkTypesOf(moduleOf('own.cjs', `module.exports = { typeOf: (address) => (address.startsWith('203.0.113.') ? 'tor' : null) };`));
    expect([types.typeOf('203.0.113.7'), types.typeOf('3.5.140.1')]).toEqual(['tor', null]);
  });

  it('are refused at the start when the module has none', () => {
    expect(() => networkTypesOf(moduleOf('none.cjs', 'module.exports = {};'))).toThrow('NETWORK_TYPES_MODULE');
    expect(() => networkTypesOf(join(folder, 'missing.cjs'))).toThrow();
  });
});
