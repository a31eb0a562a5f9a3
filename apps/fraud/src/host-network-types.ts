import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ShippedNetworkTypes, type NetworkTypes } from './network-types.js';

/**
 * The shipped lists, or what a host puts in their place: a module whose default export, or which itself, is a `NetworkTypes`.
 * @throws Error at the start, rather than at the first sign-up, when it is none
 */
export function networkTypesOf(modulePath: string | undefined): NetworkTypes {
  if (modulePath === undefined) return new ShippedNetworkTypes();
  const loaded = createRequire(import.meta.url)(resolve(modulePath)) as NetworkTypes & { default?: NetworkTypes };
  const types = loaded.default ?? loaded;
  if (typeof types.typeOf !== 'function') throw new Error('environment: NETWORK_TYPES_MODULE: exports no typeOf(address)');
  return types;
}
