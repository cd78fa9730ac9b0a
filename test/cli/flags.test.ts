import { expect, test } from 'vitest'
import { visibleCommands } from './manifest.js'

const commands = Object.entries(await visibleCommands())

const durations = commands.flatMap(([command, { flags }]) =>
  Object.entries(flags)
    .filter(([, { helpValue }]) => helpValue === 'DURATION')
    .map(([flag, { default: shown }]) => ({ command, flag, shown })),
)

test.each(durations)('help shows the default of $command --$flag with its unit', ({ shown }) => {
  if (shown !== undefined) expect(shown).toMatch(/^\d+(\.\d+)?(ms|s|m|h)$/)
})

test('there are durations with a default', () => {
  expect(durations.filter(({ shown }) => shown !== undefined).length).toBeGreaterThanOrEqual(7)
})

test.each(commands.filter(([, { args, flags }]) => args.file && flags.file))(
  'help of %s tells one default of the file',
  (_command, { args: { file: arg }, flags: { file: flag } }) => {
    if (arg?.multiple) expect(flag?.summary).not.toContain('default')
    else expect(flag?.summary?.startsWith(arg?.description ?? '-')).toBe(true)
  },
)

test.each(commands)('the examples of %s are shown as lines of a shell', (_command, { examples = [] }) => {
  // oclif puts a $ before lines that begin with daffi only.
  for (const example of examples) expect(example).toMatch(/^(?:\$ |<%= config\.bin %> )/)
})

/** Commands that have nothing to do with a pipeline file. */
const WITHOUT_FILE = ['cameras', 'completion', 'doctor', 'init', 'setup']
/** Commands whose arguments are open-ended, so that a file can only stand behind -f. */
const OPEN_ENDED = [
  'call',
  'dead drop',
  'dead replay',
  'rate',
  'restart',
  'scale',
  'start',
  'state clear',
  'stop',
]
/** Commands with another meaning for -f. */
const LONG_FILE = ['logs']

test.each(commands.filter(([command]) => ![...WITHOUT_FILE, ...LONG_FILE].includes(command)))(
  '%s takes the pipeline file as last argument or with -f',
  (command, { args, flags }) => {
    expect(flags.file).toMatchObject({ char: 'f', helpValue: 'FILE' })
    if (OPEN_ENDED.includes(command)) {
      expect(Object.keys(args)).not.toContain('file')
      expect(Object.values(args).at(-1)?.multiple).toBe(true)
    } else {
      expect(Object.keys(args).at(-1)).toBe('file')
    }
  },
)
