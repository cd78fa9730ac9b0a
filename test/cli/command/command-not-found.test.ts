import { Config } from '@oclif/core'
import { expect, test } from 'vitest'
import hook from '../../../src/cli/command/command-not-found.js'
import { ROOT } from '../../support/paths.js'

const config = await Config.load(ROOT)

test.each([
  ['uup', 'there is no command "uup"', 'Did you mean daffi up?'],
  ['xyzzy', 'there is no command "xyzzy"', 'daffi --help lists the commands.'],
  ['jobs:lst', 'daffi jobs has no command "lst"', 'Did you mean daffi jobs list?'],
  ['dead:retry:7', 'daffi dead has no command "retry"', 'Its commands are drop, list, replay, show.'],
  ['jobs:foo', 'daffi jobs has no command "foo"', 'Its commands are cancel, list, retry, show.'],
  [
    '--json',
    '--json stands where the command belongs',
    'Give the command first, and flags after it; daffi --help lists the commands.',
  ],
  ['doctor:now', 'daffi doctor takes no "now"', 'daffi doctor --help lists its arguments and flags.'],
])('%s: %s', (id, message, next) => {
  const call = (): unknown => hook.call({} as never, { id, config, context: {} as never })
  expect(call).toThrow(expect.objectContaining({ code: 'DAFFI_USAGE', message, next }) as Error)
})
