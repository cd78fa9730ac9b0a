import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  add: (a: number, b: number) => number
}

const RECORD = {
  name: 'ghost',
  incarnation: 'x',
  host: 'h',
  pid: 1,
  processTable: 't',
  started: null,
  graceMs: 1e6,
}

test('keys of the names bucket and messages of presence that make no sense keep nobody from joining and calling', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  await join('worker', { callbacks: { add: (a: number, b: number) => a + b } })
  const garbage = [
    'no json',
    'null',
    '[]',
    '{}',
    '"x"',
    '',
    JSON.stringify({ ...RECORD, callbacks: { add: 5 } }),
  ]
  for (const key of ['evil', 'e%vil', 'ü', 'a.b', 'worker'])
    for (const value of garbage) nc.publish(`$KV.daffi_test_names.${key}`, value)
  for (const what of ['hello', 'beat', 'goodbye', 'nothing'])
    for (const value of [...garbage, Buffer.alloc(900_000)]) nc.publish(`daffi.test.presence.${what}`, value)
  await nc.flush()
  const g = await join('caller')
  await waitFor(async () => expect(await g.call.add(1, 2)).toBe(3))
  await expect(g.waitProcess('ghost', { timeout: '100ms' })).rejects.toMatchObject({ code: 'DAFFI_TIMEOUT' })
})
