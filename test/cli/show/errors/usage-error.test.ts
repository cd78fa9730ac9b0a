import { Args, Flags, Parser } from '@oclif/core'
import { expect, test } from 'vitest'
import { usageError } from '../../../../src/cli/show/errors/usage-error.js'
import { DaffiError } from '../../../../src/runtime/core/errors.js'

const flags = {
  follow: Flags.boolean({ char: 'f' }),
  view: Flags.integer({ min: 1, max: 9 }),
  control: Flags.boolean({ dependsOn: ['view'] }),
  cert: Flags.string({ dependsOn: ['view', 'key'] }),
  key: Flags.string({ dependsOn: ['view', 'cert'] }),
  watch: Flags.boolean({ exclusive: ['follow'] }),
  level: Flags.option({ options: ['info', 'warn'] as const })(),
}
const command = { name: 'daffi logs', flags: Object.keys(flags) }
const HELP = 'daffi logs --help lists its arguments and flags.'

async function fault(argv: string[], more: { output?: boolean; node?: boolean } = {}): Promise<DaffiError> {
  const node = Args.string({ required: true, description: 'Name of a node.' })
  const parsed = Parser.parse(argv, {
    flags: { ...flags, ...(more.output && { output: Flags.string({ required: true }) }) },
    args: (more.node ? { node } : {}) as { node: typeof node },
    strict: true,
  })
  const error = usageError(await parsed.catch((thrown: unknown) => thrown), command)
  if (!(error instanceof DaffiError)) throw new Error('no error of daffi', { cause: error })
  return error
}

test.each<[string[], string, string?]>([
  [['--folow'], 'daffi logs has no flag --folow', `Did you mean --follow? ${HELP}`],
  [['--ke', 'b'], 'daffi logs has no flag --ke', `Did you mean --key? ${HELP}`],
  [['--fol'], 'daffi logs has no flag --fol', `Did you mean --follow? ${HELP}`],
  [['--veiw'], 'daffi logs has no flag --veiw', `Did you mean --view? ${HELP}`],
  [['--diew'], 'daffi logs has no flag --diew', `Did you mean --view? ${HELP}`],
  [['--here'], 'daffi logs has no flag --here'],
  [['--xyzzy'], 'daffi logs has no flag --xyzzy'],
  [['-x', '-y'], 'daffi logs has no flag -x, -y'],
  [['a', 'b'], 'daffi logs takes no "a", "b"'],
  [['--level', 'wran'], '--level is one of info, warn, and not "wran"; did you mean warn?'],
  [['--level'], '--level needs one of info, warn'],
  [['--view'], '--view needs a value'],
  [['--view', 'x'], '--view is a whole number, and not "x"'],
  [['--view', '0'], '--view is at least 1, and not 0'],
  [['--view', '10'], '--view is at most 9, and not 10'],
  [['--view', '1', '--view', '2'], '--view is given more than once'],
  [['--control'], '--control needs --view'],
  [['--cert', 'a'], '--cert needs --view and --key'],
  [['--cert', 'a', '--view', '1'], '--cert needs --key'],
  [['--key', 'b', '--view', '1'], '--key needs --cert'],
  [['--cert', 'a', '--key', 'b'], '--cert needs --view; --key needs --view'],
  [['--watch', '--follow'], '--follow cannot be used with --watch'],
])('%j', async (argv, message, next = HELP) => {
  expect(await fault(argv)).toMatchObject({ code: 'DAFFI_USAGE', exitCode: 2, message, next })
})

test('what is missing is named, each with what it is', async () => {
  expect((await fault([], { node: true })).message).toBe('daffi logs needs NODE: Name of a node.')
  expect((await fault(['--control'], { output: true })).message).toBe(
    '--control needs --view; --output is missing',
  )
})

test('errors of other kinds stay as they are', () => {
  const error = new TypeError('broken')
  expect(usageError(error, command)).toBe(error)
})
