import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import { importX } from 'eslint-plugin-import-x'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { docComments } from './scripts/eslint/doc-comments.js'

/** Rooms of src/runtime. Each may import only rooms before it, and only by their door, index.ts. */
const ROOMS = [
  'core',
  'binaries',
  'nats',
  'callback',
  'pipeline',
  'codec',
  'unix',
  'status',
  'logs',
  'runs',
  'stream',
  'call',
  'source',
  'view',
  'node',
  'testing',
]

/**
 * Floors of a folder, from the ground up: each may import only floors before it. Floors in one array stand side by side and
 * do not know each other. `.` stands for the files beside the floors.
 * @type {Record<string, (string | string[])[]>}
 */
const FLOORS = {
  core: ['thrown', '.', 'stream', 'plan', 'ownership', ['message', 'text', 'process', 'project']],
  binaries: ['run', 'find', 'fetch', '.'],
  nats: ['address', ['connect', 'embedded'], '.'],
  callback: ['parse', ['find', 'load'], '.'],
  pipeline: ['diagnose', 'schema', 'read', 'validate', 'checks', 'plan', 'load', '.'],
  'pipeline/read': ['yaml', '.', 'env'],
  'pipeline/checks': ['files', '.'],
  stream: ['protocol', 'lanes', 'common', 'join', 'observe', ['transient', 'durable'], '.'],
  'stream/common': ['.', 'order', ['read', 'write']],
  'stream/transient': [['read', 'write']],
  'stream/durable': ['store', ['read', 'write']],
  'call/jobs': ['store', '.', 'visit'],
  call: [
    'api',
    'trace',
    'channels',
    'wire',
    'presence',
    'invoke',
    'state',
    'caller',
    'yields',
    'jobs',
    'schedules',
    'responder',
    'client',
    '.',
  ],
  source: [
    'contract',
    'pictures',
    ['network', 'recording', 'container'],
    'input',
    'ffmpeg',
    ['cameras', 'capture'],
    '.',
  ],
  'source/network': ['.', ['http', 'rtsp']],
  view: ['board', ['pictures', 'boxes', 'programs'], ['http', 'page'], '.'],
  node: [
    'common',
    'calls',
    'ipc',
    ['prepare', 'child', 'supervise'],
    'visit',
    'watch',
    'run',
    'background',
    '.',
  ],
  'node/supervise': ['process', 'report', '.'],
  testing: ['run', 'judge', '.'],
}

/** Rule that all output goes through a writer that leaves out what acts on terminals. */
const RAW_OUTPUT = {
  selector: "MemberExpression[object.name='process'][property.name=/^std(out|err)$/]",
  message: 'Write with cli/show/output.ts, or log with core/text/stderr-logger.ts.',
}
/** They write, or only wait for the end of what is written and for errors of a closed output. */
const OUTPUTS = [
  'src/cli/show/output.ts',
  'src/runtime/core/text/stderr-logger.ts',
  'src/cli/main.ts',
  'src/cli/command/signals.ts',
  'src/runtime/core/process/exit.ts',
  'src/runtime/node/child/entry.ts',
]

const DOWNWARDS = 'Imports go only downwards; see docs/architecture.md.'
const folderOf = (/** @type {string} */ room) => `./src/runtime/${room}`

const order = ROOMS.map((room, index) => ({
  target: folderOf(room),
  from: [...ROOMS.slice(index + 1).map(folderOf), './src/runtime/index.ts', './src/cli', './src/commands'],
  message: DOWNWARDS,
}))

const filesOf = (/** @type {string} */ folder, /** @type {string} */ floor) =>
  `${folderOf(folder)}/${floor === '.' ? '*.ts' : `${floor}/**`}`

const floors = Object.entries(FLOORS).flatMap(([folder, list]) => {
  const levels = list.map((level) => (typeof level === 'string' ? [level] : level))
  return levels.flatMap((level, index) =>
    level.flatMap((floor) => {
      const refused = [...level.filter((other) => other !== floor), ...levels.slice(index + 1).flat()]
      if (refused.length === 0) return []
      const from = refused.map((other) => filesOf(folder, other))
      return [{ target: filesOf(folder, floor), from, message: DOWNWARDS }]
    }),
  )
})

/** `core` has no door: its files are what every room shares. */
const doors = ROOMS.filter((room) => room !== 'core').map((room) => ({
  target: [
    ...ROOMS.filter((other) => other !== room).map(folderOf),
    './src/runtime/index.ts',
    './src/cli',
    './src/commands',
  ],
  from: folderOf(room),
  except: ['./index.ts'],
  message: `Import ${room}/index.js, the room's door.`,
}))

/** Ways past the doors by which everything from outside comes in, and folders are made. */
const DOORS = [
  {
    selector:
      'CallExpression[callee.property.type="Identifier"][callee.property.name=/^(subscribe|consume|watch)$/]',
    message: 'Messages come by listen() of nats/index.js: what a handler throws would make the process deaf.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^allocUnsafe/]',
    message:
      'Memory that is not filled has the data of others: use Buffer.alloc, or say why all of it is written.',
  },
  {
    selector:
      'CallExpression[callee.name=/^mkdir(Sync)?$/] > ObjectExpression > Property[key.name="recursive"]',
    message:
      'Make folders by makeFolders of core/ownership: the recursive mkdir tells wrong reasons, or never returns.',
  },
]
const PARSERS = [
  {
    selector:
      'CallExpression[callee.property.name="json"], CallExpression[callee.object.name="JSON"][callee.property.name="parse"]',
    message: 'Use parseJson of core/message, and check the form of what it gives.',
  },
]

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
        {
          patterns: [{ group: ['@oclif/*'], message: 'The runtime knows nothing of the command line.' }],
          paths: [
            {
              name: '@nats-io/transport-node',
              importNames: ['createInbox'],
              message: "Use newInbox of the room nats: permissions name the pipeline's inboxes.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': ['error', ...DOORS, RAW_OUTPUT],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones: [...order, ...floors, ...doors] }],
    },
  },
  { files: OUTPUTS, rules: { 'no-restricted-syntax': ['error', ...DOORS] } },
  // Messages of others: parsed so that what is none does not throw.
  {
    files: ['src/runtime/{call,stream,status}/**'],
    rules: { 'no-restricted-syntax': ['error', ...DOORS, RAW_OUTPUT, ...PARSERS] },
  },
  { files: ['src/runtime/nats/connect/listen.ts'], rules: { 'no-restricted-syntax': ['error', RAW_OUTPUT] } },
  // Fixtures of asynchronous iterables need not wait for anything.
  { files: ['test/**'], rules: { '@typescript-eslint/require-await': 'off' } },
  {
    files: ['test/**'],
    ignores: ['test/support/wait.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['waitFor', 'waitUntil'].map((property) => ({
          object: 'vi',
          property,
          message: 'It gives up after 1 s, which a busy machine may need: use support/wait.ts.',
        })),
      ],
    },
  },
  // Plain programs, outside the compiler's project.
  {
    files: ['bin/**', 'scripts/**', 'bench/**', 'chaos/**', 'fuzz/**', '.ci/**', 'pipelines/reader/tools/**'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['pipelines/**', 'scripts/**', 'bench/**', 'chaos/**', 'fuzz/**', 'test/fixtures/**', '.ci/**'],
    rules: { 'no-console': 'off' },
  },
)
