import { expect, test } from 'vitest'
import { joinPatiently } from '../../../src/runtime/call/client/join-patiently.js'
import type { ErrorCode } from '../../../src/runtime/core/error-codes.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import { keptLog } from '../../support/kept-log.js'

/** Joins with failures first. @returns the outcome, and the number of attempts */
async function joined(failures: ErrorCode[], address: { url: string; project?: string }): Promise<unknown[]> {
  const { log } = keptLog()
  const server = { address, info: { url: address.url, embedded: true, version: '' } }
  let attempts = 0
  const join = (): Promise<string> => {
    const code = failures[attempts++]
    return code === undefined ? Promise.resolve('joined') : Promise.reject(new DaffiError(code, 'away'))
  }
  const outcome = await joinPatiently(join, { server, log }).catch(
    (error: unknown) => (error as DaffiError).code,
  )
  return [outcome, attempts]
}

test('a node that joins while its server is started again joins the next one; other errors are final', async () => {
  const own = { url: '', project: '/p' }
  const outcomes = await Promise.all([
    joined(['DAFFI_NO_SERVER', 'DAFFI_SERVER_UNPROVEN'], own),
    joined(['DAFFI_SERVER_AUTH'], own),
    joined(['DAFFI_NO_SERVER'], { url: 'nats://example.com' }),
    joined(['DAFFI_SERVER_AUTH'], { url: 'nats://example.com' }),
    joined(['DAFFI_DUPLICATE_NAME'], own),
  ])
  expect(outcomes).toEqual([
    ['joined', 3],
    ['joined', 2],
    ['joined', 2],
    ['DAFFI_SERVER_AUTH', 1],
    ['DAFFI_DUPLICATE_NAME', 1],
  ])
})
