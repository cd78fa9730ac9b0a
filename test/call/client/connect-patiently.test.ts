import { expect, test } from 'vitest'
import { connectPatiently } from '../../../src/runtime/call/client/connect-patiently.js'
import type { ErrorCode } from '../../../src/runtime/core/error-codes.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import { keptLog } from '../../support/kept-log.js'

/** Connects with failures first. @returns the outcome, and the number of attempts */
async function connected(
  failures: ErrorCode[],
  address: { url: string; project?: string },
): Promise<unknown[]> {
  const { log } = keptLog()
  const server = { address, info: { url: address.url, embedded: true, version: '' } }
  let attempts = 0
  const connect = (): Promise<string> => {
    const code = failures[attempts++]
    return code === undefined ? Promise.resolve('connected') : Promise.reject(new DaffiError(code, 'away'))
  }
  const outcome = await connectPatiently(connect, { server, log }).catch(
    (error: unknown) => (error as DaffiError).code,
  )
  return [outcome, attempts]
}

test('a node that connects while its server is started again is connected to the next one; other errors are final', async () => {
  const own = { url: '', project: '/p' }
  const outcomes = await Promise.all([
    connected(['DAFFI_NO_SERVER', 'DAFFI_SERVER_UNPROVEN'], own),
    connected(['DAFFI_SERVER_AUTH'], own),
    connected(['DAFFI_NO_SERVER'], { url: 'nats://example.com' }),
    connected(['DAFFI_SERVER_AUTH'], { url: 'nats://example.com' }),
    connected(['DAFFI_DUPLICATE_NAME'], own),
  ])
  expect(outcomes).toEqual([
    ['connected', 3],
    ['connected', 2],
    ['connected', 2],
    ['DAFFI_SERVER_AUTH', 1],
    ['DAFFI_DUPLICATE_NAME', 1],
  ])
})
