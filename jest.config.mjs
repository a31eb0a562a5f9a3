import { existsSync } from 'node:fs';

const folders = ['apps', 'libs', 'migrations', 'e2e', 'bench', 'chaos'].filter((folder) => existsSync(new URL(folder, import.meta.url)));

/** What .swcrc says, with ES modules for Jest and without the rewriting of paths, which moduleNameMapper does here. */
const swc = {
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'es6' },
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

export default {
  testEnvironment: 'node',
  rootDir: '.',
  roots: folders.map((folder) => `<rootDir>/${folder}`),
  testMatch: ['<rootDir>/{apps,libs,migrations,e2e,bench,chaos}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@referrals/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@rooms/([^/]+)$': '<rootDir>/apps/$1/src/index.ts',
    '^@migrations$': '<rootDir>/migrations/index.ts',
    '^@migrations/main$': '<rootDir>/migrations/main.ts',
    '^@migrations/([^/]+)$': '<rootDir>/migrations/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  setupFiles: ['reflect-metadata'],
  globalSetup: '<rootDir>/tools/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  testTimeout: 30_000,
  maxWorkers: 2,
};
