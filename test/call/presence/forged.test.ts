import { connect } from '@nats-io/transport-node'
import { STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { ownPipeline } from '../../support/pipeline.js'
import { waitUntil } from '../../support/wait.js'

interface Callbacks {
  take: (item: number) => void
}

interface Hello {
  name: string
  incarnation: string
}

test('a goodbye, or a hello of another incarnation, that a living node has not said takes it away for a moment only', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  let hello: Hello | undefined
  nc.subscribe('daffi.test.presence.hello', {
    callback: (_error, message) => {
      const said = message.json<Hello>()
      if (said.name === 'worker') hello = said
    },
  })
  await nc.flush()
  const taken: number[] = []
  await join('worker', { callbacks: { take: (item: number) => void taken.push(item) } })
  let takenAway = 0
  const g = await join('judge', { onNodeDisconnect: () => takenAway++ })
  await g.waitProcess('worker')
  await waitUntil(() => hello)
  const goodbye = { name: 'worker', id: hello?.incarnation, last: false }
  nc.publish('daffi.test.presence.goodbye', JSON.stringify(goodbye))
  await waitUntil(() => takenAway > 0)
  await g.waitProcess('worker')
  nc.publish('daffi.test.presence.hello', JSON.stringify({ ...hello, incarnation: 'forged' }))
  await nc.flush()
  const { receivers } = await g.call.take([0, 1, 2]).with(STREAM)
  expect(receivers).toMatchObject({ worker: { state: 'finished', processed: 3 } })
  expect(taken).toEqual([0, 1, 2])
})
