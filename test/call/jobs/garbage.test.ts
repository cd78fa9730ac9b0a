import { jetstreamManager } from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'
import { BG, PERIOD } from 'daffi'
import { expect, test } from 'vitest'
import { encode } from '../../../src/runtime/codec/index.js'
import { openJobStore } from '../../support/job-store.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  work: (text: string) => string
}

const DURABLE = BG({ durable: true })
const SENSELESS = [
  '',
  'hello',
  Buffer.from([0xc1]),
  ...[
    null,
    7,
    [],
    {},
    { state: 'running' },
    { state: 'done', sequence: -1 },
    { state: 'waiting', sequence: 1, due: 'x' },
  ].map((value) => encode(value)),
]

test('a job whose record makes no sense is run, and its result kept', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let runs = 0
  await join('worker', { callbacks: { work: (text: string) => `${text} ${++runs}` } })
  const g = await join('caller')
  await (await g.call.work('first').with(DURABLE)).get()
  const { nc, bucket } = await openJobStore(server)
  for (const [index, garbage] of SENSELESS.entries()) {
    if (garbage !== '') await bucket.put(`job-${index}`, garbage)
    nc.publish(`daffi.test.job.job-${index}.call.work`, JSON.stringify([`job ${index}`]))
    await nc.flush()
    await waitFor(async () =>
      expect(await (await g.job(`job-${index}`)).get()).toBe(`job ${index} ${index + 2}`),
    )
  }
})

test('stored jobs and firings that make no sense are passed over once, and block nothing', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('worker', { callbacks: { work: (text: string) => text } })
  const g = await join('caller')
  await (await g.call.work('x').with(DURABLE)).get()
  const task = await g.call.work('x').with(PERIOD({ interval: '1h' }))
  const { nc } = await openJobStore(server)
  const jsm = await jetstreamManager(nc)
  const publish = (subject: string, fields: Record<string, string> = {}): void => {
    const head = headers()
    for (const [name, value] of Object.entries(fields)) head.set(name, value)
    nc.publish(subject, 'hello', { headers: head })
  }
  for (const id of ['a%b', 'ü', 'x'.repeat(200)]) publish(`daffi.test.job.${id}.call.work`)
  for (const [name, value] of [
    ['Daffi-Stored', 'no json'],
    ['Daffi-Stored', '{"subject":"daffi.test.job.other.part","bytes":1,"partBytes":1024,"caller":"x"}'],
    ['Daffi-Stored', '{"subject":"daffi.test.job.bad.part","bytes":536870912,"partBytes":1,"caller":"x"}'],
    ['Daffi-Due', 'tomorrow'],
    ['Daffi-Timeout', '-1'],
  ] as const)
    publish(`daffi.test.job.bad.call.work`, { [name]: value })
  publish('daffi.test.due.a%b.work')
  publish('daffi.test.due.ghost.work', { 'Daffi-To': 'a.*' })
  for (const record of ['no json', '{}', 'null', '{"uuid":"ghost","spec":null}'])
    nc.publish('daffi.test.schedule.ghost', record)
  await nc.flush()
  await waitFor(async () => {
    for (const [stream, consumer] of [
      ['daffi_test_jobs', 'call-work'],
      ['daffi_test_schedules', 'due'],
    ] as const) {
      const { num_ack_pending, num_pending } = await jsm.consumers.info(stream, consumer)
      expect({ stream, num_ack_pending, num_pending }).toEqual({
        stream,
        num_ack_pending: 0,
        num_pending: 0,
      })
    }
  })
  expect(await (await g.call.work('y').with(DURABLE)).get()).toBe('y')
  // Who reads the schedules at its start reads those that make no sense, too.
  const late = await join('late', { callbacks: { other: () => 1 } })
  expect((await late.schedules()).map(({ uuid }) => uuid)).toEqual([task.uuid])
})
