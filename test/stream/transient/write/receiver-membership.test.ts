import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { stderrLogger } from '../../../../src/runtime/core/text/stderr-logger.js'
import { parseOptions } from '../../../../src/runtime/core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../../../../src/runtime/core/stream/stream-options.js'
import { encodeMessage } from '../../../../src/runtime/stream/protocol/messages.js'
import { NatsLink } from '../../../../src/runtime/stream/protocol/nats-link.js'
import type { StreamContext } from '../../../../src/runtime/stream/protocol/ports.js'
import type { OpenLane } from '../../../../src/runtime/stream/transient/write/lane-set.js'
import { StreamWriter } from '../../../../src/runtime/stream/transient/write/stream-writer.js'
import { fileServer } from '../../../support/file-server.js'
import { progressOf } from '../../../support/progress.js'

const viewer = { name: 'viewer', incarnation: 'one' }

async function connected(): Promise<NatsConnection> {
  const nc = await connect({ servers: await fileServer() })
  onTestFinished(() => nc.close())
  return nc
}

/** A lossless stream that has no patience, and whose receiver lives as long as it does not say otherwise. */
function contextOf(nc: NatsConnection): StreamContext {
  const connections = { control: nc, bulk: new NatsLink(nc) }
  return {
    id: 'played',
    options: {
      ...parseOptions(STREAM_OPTIONS, { patience: '0s' }),
      share: false,
      call: 'take',
      source: null,
      delivery: 'lossless',
      onError: 'stop',
      yields: false,
    },
    ports: {
      pipeline: 'test',
      self: { name: 'writer', incarnation: 'writer' },
      peers: {
        offering: () => [],
        has: () => true,
        isSuspected: () => false,
        onJoin: () => () => undefined,
        onLeave: () => () => undefined,
        onReturning: () => () => undefined,
      },
      log: stderrLogger('silent'),
      connections: () => Promise.resolve(connections),
      answers: () => Promise.resolve(true),
      setLastWill: () => undefined,
      clearLastWill: () => undefined,
    },
    connections,
  }
}

test('a receiver that leaves while its lane is being opened has left', async () => {
  const [control, receiver] = await Promise.all([connected(), connected()])
  let opened = 0
  const openLane: OpenLane = (_lane, signal) => {
    opened++
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  }
  const writer = new StreamWriter({ context: contextOf(control), shm: undefined, openLane })
  const running = writer.run([1, 2, 3], [viewer])
  await control.flush()
  const subject = 'daffi.test.stream.played.progress'
  const report = { node: viewer.name, incarnation: viewer.incarnation, attach: 0 }
  receiver.publish(subject, encodeMessage(progressOf(report)))
  const left = encodeMessage(progressOf({ ...report, state: 'left' }))
  const leaving = receiver.request(subject, left, { timeout: 10_000 })
  await expect(running).rejects.toMatchObject({ cause: { code: 'DAFFI_NO_RECEIVER' } })
  expect((await leaving).data).toHaveLength(0)
  expect(opened).toBe(1)
})
