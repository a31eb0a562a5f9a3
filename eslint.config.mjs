import nx from '@nx/eslint-plugin';
import ts from 'typescript-eslint';

/** Files that prove or measure the product, and run beside it: they may read the clock and the environment. */
const proofs = ['**/*.spec.ts', 'e2e/**/*.ts', 'bench/**/*.ts', 'libs/testing/**/*.ts'];

// ── The walls: which layer sees which, and which packages ──

const toNothing = { allowedExternalImports: [] };
const rooms = ['layer:domain', 'layer:config', 'layer:contracts', 'layer:persistence', 'layer:messaging'];
const everything = ['*'];

/** `also` is what specs may import besides. */
const walls = (also = []) => {
  const wall = (layer, layers, packages = {}) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: layers.includes('*') ? layers : [`layer:${layer}`, ...layers, ...also],
    ...(also.length === 0 ? packages : {}),
  });
  return [
    wall('domain', [], toNothing),
    wall('config', ['layer:domain'], { allowedExternalImports: ['zod'] }),
    wall('contracts', ['layer:domain'], { allowedExternalImports: ['zod'] }),
    wall('persistence', ['layer:domain', 'layer:config'], { allowedExternalImports: ['@mikro-orm/*', 'pg', 'uuid', 'zod'] }),
    wall('messaging', ['layer:domain', 'layer:config', 'layer:contracts', 'layer:persistence']),
    wall('servers', [], toNothing),
    wall('migrations', ['layer:domain', 'layer:config', 'layer:persistence'], { allowedExternalImports: ['@mikro-orm/*', 'pg'] }),
    // One room never imports another: each is its own project, and only standalone may name the layer.
    { ...wall('room', rooms), onlyDependOnLibsWithTags: [...rooms, ...also] },
    wall('client', ['layer:domain', 'layer:config', 'layer:contracts']),
    wall('standalone', [...rooms, 'layer:room', 'layer:servers', 'layer:migrations']),
    wall('bench', [...rooms, 'layer:room', 'layer:standalone', 'layer:servers', 'layer:migrations']),
    wall('testing', everything),
    wall('e2e', everything),
    wall('workspace', everything),
  ];
};

const boundaries = (depConstraints) => [
  'error',
  {
    allow: [],
    depConstraints,
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: false,
    // `testing` stands on the libs whose specs stand on it.
    ignoredCircularDependencies: [['testing', '*']],
  },
];

// ── The clock and the environment ──

const clock = 'Time is an argument, or comes from the database: see the clock in libs/persistence.';
const forbidden = {
  dateNow: { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: clock },
  newDate: { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  callDate: { selector: "CallExpression[callee.name='Date']", message: clock },
  sqlText: { selector: 'Literal[value=/\\b(now\\s*\\(\\s*\\)|(clock|statement|transaction)_timestamp\\s*\\(|current_(timestamp|date|time)\\b)/i]', message: clock },
  sqlTemplate: {
    selector: 'TemplateElement[value.raw=/\\b(now\\s*\\(\\s*\\)|(clock|statement|transaction)_timestamp\\s*\\(|current_(timestamp|date|time)\\b)/i]',
    message: clock,
  },
  environment: {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only libs/config/src/env.ts reads the environment.',
  },
  float: {
    selector: "CallExpression[callee.name='parseFloat'], CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Amounts are integers, and nothing here is left to chance.',
  },
};
const { environment, float } = forbidden;
const without = (...rules) => ['error', ...Object.values(forbidden).filter((rule) => !rules.includes(rule))];

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'reports/**', 'coverage/**', '.nx/**'] },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(walls()),
      'no-restricted-syntax': without(float),
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['libs/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': without(),
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\.{1,2}/)', message: 'The domain imports nothing but itself.' }] }],
    },
  },
  { files: ['libs/config/src/env.ts', 'libs/servers/src/surroundings.ts'], rules: { 'no-restricted-syntax': without(environment, float) } },
  { files: ['libs/servers/**/*.ts'], ignores: ['libs/servers/src/surroundings.ts'], rules: { 'no-restricted-syntax': ['error', environment] } },
  { files: ['libs/persistence/src/clock.ts', 'migrations/common/**/*.ts'], rules: { 'no-restricted-syntax': ['error', environment] } },
  { files: proofs, rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.spec.ts'], rules: { '@nx/enforce-module-boundaries': boundaries(walls(['layer:testing'])) } },
);
