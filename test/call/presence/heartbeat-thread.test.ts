import { errors } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { HeartbeatThread } from '../../../src/runtime/call/presence/heartbeat-thread.js'
import { TIMING } from '../../../src/runtime/call/wire/timing.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import { ownIdentity } from '../../../src/runtime/core/process/process-identity.js'
import { joinError } from '../../../src/runtime/nats/connect/connect-error.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a heartbeat that finds no server says so with its code, and can be stopped', async () => {
  const project = await temporaryFolder()
  const heartbeat = new HeartbeatThread({
    address: { url: 'nats://127.0.0.1:1', project },
    pipeline: 'test',
    record: { name: 'one', incarnation: 'a', host: 'here', ...ownIdentity(), graceMs: 0, callbacks: {} },
    parentPid: undefined,
    timing: TIMING,
    onRefused: () => undefined,
  })
  const error: unknown = await heartbeat.ready().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DaffiError)
  expect(error).toMatchObject({ code: 'DAFFI_NO_SERVER', message: `no NATS server runs in ${project}` })
  await heartbeat.stop()
})

test('what the client says of a server that went away is DAFFI_NO_SERVER; other errors stay', () => {
  const url = 'nats://127.0.0.1:1'
  for (const cause of [
    new errors.TimeoutError(),
    new errors.ClosedConnectionError(),
    new errors.RequestError(),
  ])
    expect(joinError(url, cause)).toMatchObject({ code: 'DAFFI_NO_SERVER', cause })
  for (const other of [new TypeError('broken'), new DaffiError('DAFFI_DUPLICATE_NAME', 'taken')])
    expect(joinError(url, other)).toBe(other)
})
