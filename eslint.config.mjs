import nx from '@nx/eslint-plugin';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

/** Files that prove or measure the product, and run beside it: they may read the clock and the environment. */
const specs = ['**/*.spec.ts', '**/*.fixture.ts'];
const proofs = [...specs, 'e2e/**/*.ts', 'bench/**/*.ts', 'chaos/**/*.ts', 'libs/testing/**/*.ts'];

// ── The walls: which layer sees which, and which packages ──

const toNothing = { allowedExternalImports: [] };
const rooms = ['layer:domain', 'layer:config', 'layer:contracts', 'layer:persistence', 'layer:messaging'];
const everything = ['*'];

/** `also` is what specs may import besides: databases that others share, and servers of their own to stop and to break. */
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
    wall('cli', [...rooms, 'layer:client']),
    wall('standalone', [...rooms, 'layer:room', 'layer:servers', 'layer:migrations']),
    wall('demo', [...rooms, 'layer:client', 'layer:standalone', 'layer:servers']),
    wall('bench', [...rooms, 'layer:client', 'layer:room', 'layer:standalone', 'layer:servers', 'layer:migrations']),
    wall('chaos', [...rooms, 'layer:room', 'layer:standalone', 'layer:servers', 'layer:migrations', 'layer:testing']),
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

const clock = 'Time is an argument, or comes from common.now() in the database.';
const sql = (pattern) => `Literal[value=/${pattern}/i], TemplateElement[value.raw=/${pattern}/i]`;

const noClock = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: clock },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  { selector: "CallExpression[callee.name='Date']", message: clock },
  // common.now() is the seam; a bare now() passes it by.
  { selector: sql(String.raw`(?<![.\w])(now\s*\(\s*\)|(statement|transaction)_timestamp\s*\(|current_(timestamp|date|time)\b)`), message: clock },
];
/** The machine's own time: for rows of the plumbing, whose age has nothing to do with the business. */
const noWallClock = [{ selector: sql(String.raw`\bclock_timestamp\s*\(`), message: clock }];
const noEnvironment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only libs/config/src/env.ts reads the environment.',
  },
];
const noChance = [
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'The domain leaves nothing to chance.' },
  { selector: "CallExpression[callee.name='parseFloat']", message: 'No float touches an amount.' },
];
const forbid = (...lists) => ({ 'no-restricted-syntax': ['error', ...lists.flat()] });

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'reports/**', 'coverage/**', '.nx/**'] },
  {
    files: ['**/*.ts'],
    ignores: ['apps/console/**'],
    extends: [ts.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(walls()),
      ...forbid(noClock, noWallClock, noEnvironment),
      // A handler is asynchronous by its signature, whether it waits or not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    // The pages run in a browser, whose clock is the viewer's: what they show as "now" is no business time.
    files: ['apps/console/src/**/*.{ts,tsx}'],
    extends: [ts.configs.recommendedTypeChecked],
    plugins: { '@nx': nx, 'react-hooks': hooks },
    languageOptions: { parserOptions: { project: './apps/console/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...hooks.configs.recommended.rules,
      '@nx/enforce-module-boundaries': boundaries(walls()),
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Properties of components are called as they are, and none of them is a method.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ['libs/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      ...forbid(noClock, noWallClock, noEnvironment, noChance),
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\.{1,2}/)', message: 'The domain imports nothing but itself.' }] }],
    },
  },
  { files: ['libs/config/src/env.ts'], rules: forbid(noClock, noWallClock) },
  { files: ['libs/persistence/**/*.ts', 'migrations/**/*.ts'], rules: forbid(noClock, noEnvironment) },
  { files: ['libs/persistence/src/real-time.ts'], rules: forbid(noEnvironment) },
  { files: ['libs/servers/**/*.ts'], rules: forbid(noEnvironment) },
  { files: ['libs/servers/src/surroundings.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: proofs,
    rules: {
      'no-restricted-syntax': 'off',
      // Answers of servers and generated values come as any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: specs, rules: { '@nx/enforce-module-boundaries': boundaries(walls(['layer:testing', 'layer:servers'])) } },
);
