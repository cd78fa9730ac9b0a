import { expect, test } from 'vitest'
import { refuseValues } from '../../../src/cli/command/flags.js'
import Up from '../../../src/commands/up.js'

const flags = { ...Up.baseFlags, ...Up.flags }

test.each([
  [['--json=true'], '--json takes no value', 'Write --json in place of --json=true, or leave it out.'],
  [['shop.yaml', '--detach=yes', '--json'], '--detach takes no value'],
  [['-d=1'], '-d takes no value'],
  [['--watch='], '--watch takes no value'],
])('%j: %s', (argv, message, next = expect.any(String) as string) => {
  expect(() => refuseValues(argv, flags)).toThrow(
    expect.objectContaining({ code: 'DAFFI_USAGE', message, next }) as Error,
  )
})

test('values of other flags, unknown flags and arguments are left alone', () => {
  const argv = ['--view=1', '-f=a.yaml', '--nosuch=1', '-z=1', 'a=b', '-', '--', '--json=true']
  expect(() => refuseValues(argv, flags)).not.toThrow()
})
