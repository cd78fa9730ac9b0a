import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import { importX } from 'eslint-plugin-import-x'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { docComments } from './scripts/eslint/doc-comments.js'

/**
 * The rooms of src/runtime; each may import only what stands before it, and only by its door, index.ts. A room with floors
 * lists its folders: each may import only the floors before it, and no file that lies beside them, which may import all.
 * @type {(string | Record<string, string[]>)[]}
 */
const ROOMS = [
  'core',
  'binaries',
  'nats',
  'callback',
  'pipeline',
  'codec',
  'status',
  'stream',
  {
    call: [
      'api',
      'wire',
      'presence',
      'invoke',
      'caller',
      'yields',
      'jobs',
      'schedules',
      'responder',
      'client',
    ],
  },
  'source',
  'view',
  'node',
  'testing',
]
const FLOORS = ROOMS.flatMap((room) => (typeof room === 'string' ? [] : Object.entries(room)))
const NAMES = ROOMS.flatMap((room) => (typeof room === 'string' ? [room] : Object.keys(room)))
const DOWNWARDS = 'Imports go only downwards; see docs/architecture.md.'
const folderOf = (/** @type {string} */ room) => `./src/runtime/${room}`

const order = NAMES.map((room, index) => ({
  target: folderOf(room),
  from: [...NAMES.slice(index + 1).map(folderOf), './src/runtime/index.ts', './src/cli', './src/commands'],
  message: DOWNWARDS,
}))

const floors = FLOORS.flatMap(([room, names]) =>
  names.map((floor, index) => ({
    target: `${folderOf(room)}/${floor}`,
    from: ['*.ts', ...names.slice(index + 1).map((other) => `${other}/**`)].map(
      (glob) => `${folderOf(room)}/${glob}`,
    ),
    message: DOWNWARDS,
  })),
)

/** `core` has no door: its files are what every room shares. */
const doors = NAMES.filter((room) => room !== 'core').map((room) => ({
  target: [
    ...NAMES.filter((other) => other !== room).map(folderOf),
    './src/runtime/index.ts',
    './src/cli',
    './src/commands',
  ],
  from: folderOf(room),
  except: ['./index.ts'],
  message: `Import ${room}/index.js, the room's door.`,
}))

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '**/.daffi/', 'test/fixtures/broken/'] },
  tseslint.configs.strictTypeChecked,
  importX.flatConfigs.typescript,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX, daffi: { rules: { 'doc-comments': docComments } } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'daffi/doc-comments': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...order, ...floors, ...doors] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/runtime/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@oclif/*'], message: 'The runtime knows nothing of the command line.' }] },
      ],
    },
  },
  // Fixtures of asynchronous iterables need not wait for anything.
  { files: ['test/**'], rules: { '@typescript-eslint/require-await': 'off' } },
  // Plain programs, outside the compiler's project.
  { files: ['bin/**', 'scripts/**', 'bench/**', '.ci/**'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['pipelines/**', 'scripts/**', 'bench/**', 'test/fixtures/**', '.ci/**'],
    rules: { 'no-console': 'off' },
  },
)
