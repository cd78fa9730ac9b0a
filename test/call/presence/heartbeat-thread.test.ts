import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { connect, errors } from '@nats-io/transport-node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { followHeartbeats } from '../../../src/runtime/call/presence/follow-heartbeats.js'
import { HeartbeatThread } from '../../../src/runtime/call/presence/heartbeat-thread.js'
import type { Heartbeat, PeerRecord } from '../../../src/runtime/call/presence/peer-record.js'
import { TIMING } from '../../../src/runtime/call/wire/timing.js'
import { deferred, Wakeup } from '../../../src/runtime/core/deferred.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import { ownIdentity } from '../../../src/runtime/core/process/process-identity.js'
import { randomId } from '../../../src/runtime/core/names.js'
import type { ServerAddress } from '../../../src/runtime/nats/index.js'
import { joinError } from '../../../src/runtime/nats/connect/connect-error.js'
import { fileServer } from '../../support/file-server.js'
import { keptLog } from '../../support/kept-log.js'
import { mortalServer } from '../../support/mortal-server.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

/** A heartbeat every 50 ms, and those that come; its thread has a connection of its own. */
async function heartbeatOf(address?: ServerAddress, server?: string) {
  const url = server ?? (await fileServer())
  const options = { servers: url, reconnectTimeWait: 50, maxReconnectAttempts: -1 }
  const [nc, others] = await Promise.all([connect(options), connect(options)])
  onTestFinished(async () => {
    await Promise.all([nc.close(), others.close()])
  })
  const record = { name: 'one', incarnation: randomId(), host: 'here', graceMs: 0, callbacks: {} }
  const refused = deferred<DaffiError>()
  const { log, lines } = keptLog()
  const heartbeat = new HeartbeatThread({
    nc,
    address: address ?? { url },
    pipeline: 'heartbeats',
    record: { ...record, ...ownIdentity() },
    parentPid: undefined,
    log,
    timing: { ...TIMING, heartbeatMs: 50 },
    onRefused: refused.resolve,
  })
  onTestFinished(() => heartbeat.stop())
  const beats: Heartbeat[] = []
  const changed = new Wakeup()
  followHeartbeats(others, 'heartbeats', (beat) => {
    if (beat.id !== record.incarnation) return
    beats.push(beat)
    changed.notify()
  })
  await Promise.all([nc.flush(), others.flush()])
  const ping = `daffi.heartbeats.node.one.ping.${record.incarnation}`
  return {
    heartbeat,
    lines,
    beats,
    changed,
    refused: refused.promise,
    flush: async () => {
      await nc.flush()
      await others.flush()
    },
    ping: async () => (await others.request(ping, '', { timeout: 10_000 })).json<PeerRecord>(),
  }
}

test('a heartbeat is the main loop’s until its thread, which is not waited for, has begun', async () => {
  const { heartbeat, beats, changed, ping, flush } = await heartbeatOf()
  expect((await ping()).name).toBe('one')
  expect(beats).toEqual([])
  heartbeat.start()
  while (beats.length < 2) await changed.wait()
  heartbeat.startThread()
  // The loop is blocked, and its last turn long ago, as only a thread can say.
  const blocked = (): boolean => beats.some(({ blockedMs }) => blockedMs > 0)
  do {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    await setImmediate()
  } while (!blocked())
  expect((await ping()).name).toBe('one')
  await heartbeat.stop()
  // What was on its way has come.
  await flush()
  const ended = beats.length
  await delay(150)
  expect(beats).toHaveLength(ended)
})

test('a heartbeat whose thread is refused what the main loop has stays with that, and fails its node in the end', async () => {
  const project = await temporaryFolder()
  const { heartbeat, beats, changed, refused } = await heartbeatOf({ url: 'nats://127.0.0.1:1', project })
  heartbeat.start()
  heartbeat.startThread()
  const error = await refused
  expect(error).toBeInstanceOf(DaffiError)
  expect(error).toMatchObject({ code: 'DAFFI_NO_SERVER', message: `no NATS server runs in ${project}` })
  const before = beats.length
  while (beats.length < before + 2) await changed.wait()
})

test('a thread that starts while the server is away does not fail its node, and begins when that is back', async () => {
  const server = await mortalServer()
  const { heartbeat, lines, beats, changed, refused, ping } = await heartbeatOf(undefined, server.url)
  const onRefused = vi.fn()
  void refused.then(onRefused)
  heartbeat.start()
  await server.kill()
  heartbeat.startThread()
  await waitUntil(() => lines.length > 0)
  // Long enough for as many starts of the thread as a server that answers may refuse.
  await delay(2000)
  const before = beats.length
  server.startAgain()
  while (beats.length === before) await changed.wait()
  expect((await ping()).name).toBe('one')
  const blocked = (): boolean => beats.some(({ blockedMs }) => blockedMs > 0)
  while (!blocked()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    await Promise.race([changed.wait(), delay(50)])
  }
  expect(onRefused).not.toHaveBeenCalled()
})

test('a process that stands still before the first heartbeat of its thread was not blocked', async () => {
  const { heartbeat, beats, changed } = await heartbeatOf()
  const stoodStill = deferred()
  heartbeat.onStoodStill(stoodStill.resolve)
  heartbeat.start()
  // By the clock of heartbeats it is as if the process had not run since.
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000)
  onTestFinished(() => {
    now.mockRestore()
  })
  await stoodStill.promise
  while (beats.length === 0) await changed.wait()
  expect(beats[0]?.blockedMs).toBe(0)
})

test('a heartbeat that is stopped while its thread starts does not wait for that', async () => {
  // A server that says nothing: the thread would wait for it, and then fail.
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { heartbeat, lines } = await heartbeatOf({ url: `nats://127.0.0.1:${port}` })
  heartbeat.start()
  heartbeat.startThread()
  const [socket] = (await once(server, 'connection')) as [Socket]
  const closed = once(socket.resume(), 'close')
  await heartbeat.stop()
  await closed
  expect(lines).toEqual([])
  heartbeat.startThread()
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
