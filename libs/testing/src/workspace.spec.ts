import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Locked {
  link?: boolean;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

describe('the packages', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  const locked = Object.entries(packages).filter(([name, { link }]) => name !== '' && !link);

  it('are each pinned to their content', () => {
    expect(locked.filter(([, { integrity }]) => !integrity).map(([name]) => name)).toEqual([]);
    // whoever installs says from where, and the content has to be the same
    expect(locked.filter(([, { resolved }]) => resolved).map(([name]) => name)).toEqual([]);
  });

  it('run no script at their installation but those that package.json names', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name.replace(/^.*node_modules\//, '')).sort()).toEqual(Object.keys(allowScripts).sort());
  });
});

describe('docker compose', () => {
  it('lets nothing but the gateway be reached from outside', () => {
    const services = read('docker-compose.yml').split(/^services:$/m)[1]!.split(/^volumes:$/m)[0]!;
    const open = services.split(/^ {2}(?=[\w-]+:$)/m).filter((service) => /^ {4}(ports|network_mode):/m.test(service)).map((service) => service.split(':')[0]);
    expect(open).toEqual(['gateway']);
  });
});
