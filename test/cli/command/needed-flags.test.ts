import { Parser } from '@oclif/core'
import { afterEach, expect, test, vi } from 'vitest'
import { usageError } from '../../../src/cli/show/errors/usage-error.js'
import Up from '../../../src/commands/up.js'

const flags = { ...Up.baseFlags, ...Up.flags }

/** The error of the arguments; undefined when nothing is wrong with them. */
const fault = (argv: string[]): Promise<unknown> =>
  Parser.parse(argv, { flags, args: {}, strict: true }).then(() => undefined, usageError)

afterEach(() => vi.unstubAllEnvs())

test.each([
  [['--creds', 'a.creds'], '--creds needs --server'],
  [['--token', 'abc'], '--token needs --server'],
  [['--tls-ca', 'ca.pem'], '--tls-ca needs --server'],
  [['--tls-cert', 'a.pem', '--tls-key', 'a.key'], '--tls-cert needs --server; --tls-key needs --server'],
  [['--wait-timeout', '1s'], '--wait-timeout needs --wait'],
  [['--wait', '--wait-timeout', '1s'], '--wait needs --detach'],
  [['--control'], '--control needs --view'],
])('%j: %s', async (argv, message) => {
  vi.stubEnv('NATS_URL', '')
  expect(await fault(argv)).toMatchObject({ code: 'DAFFI_USAGE', exitCode: 2, message })
})

test('variables need no server, and name one', async () => {
  vi.stubEnv('NATS_URL', '')
  vi.stubEnv('NATS_TOKEN', 'abc')
  vi.stubEnv('NATS_CERT', 'a.pem')
  expect(await fault([])).toBeUndefined()
  vi.stubEnv('NATS_URL', 'nats://a')
  expect(await fault(['--creds', 'a.creds'])).toBeUndefined()
})
