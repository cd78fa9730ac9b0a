import { connect } from '@nats-io/transport-node'
import { BG, Global, STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { askStatus } from '../../src/runtime/status/index.js'
import { startServerOf } from '../support/nats-users.js'

/** 300 callbacks of long names. */
const MANY = Object.fromEntries(
  Array.from({ length: 300 }, (_, n) => [`callback_of_a_long_name_${'x'.repeat(80)}_${n}`, () => n]),
)

test('max_payload of 8 KiB is enough for everything that daffi itself sends', async () => {
  const { url: server } = await startServerOf({ url: {} }, { max_payload: 8192 })
  const shop = { server, pipeline: 'shop' }
  const early = await Global.connect({ ...shop, processName: 'early' })
  onTestFinished(() => early.close())
  let bytes = 0
  const fail = (): never => {
    throw new Error('漢\u0001'.repeat(200_000))
  }
  const worker = await Global.connect({
    ...shop,
    processName: 'worker',
    callbacks: { ...MANY, take: (item: Buffer) => void (bytes += item.length), fail },
  })
  onTestFinished(() => worker.close())
  const late = await Global.connect({ ...shop, processName: 'late' })
  onTestFinished(() => late.close())

  const last = Object.keys(MANY).at(-1) ?? ''
  for (const g of [early, late]) {
    await g.waitFunction(last, { timeout: '5s' })
    expect(await g.callback(last)()).toBe(299)
  }
  await expect(early.callback('fail')()).rejects.toMatchObject({ code: 'DAFFI_REMOTE' })
  const job = await early
    .callback('fail')()
    .with(BG({ durable: true }))
  await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_REMOTE' })

  const items = [Buffer.alloc(3_000_000), ...Array.from({ length: 100 }, () => Buffer.alloc(100))]
  const sent = items.reduce((sum, { length }) => sum + length, 0)
  for (const delivery of ['lossless', 'durable'] as const) {
    bytes = 0
    const retention = { bytes: '16 MiB' }
    await early
      .callback('take')(items)
      .with(STREAM({ delivery, shm: false, retention }))
    expect(bytes).toBe(sent)
  }

  const nc = await connect({ servers: server.replace(/\w+:x@/, ''), user: 'url', pass: 'x' })
  onTestFinished(() => nc.close())
  const statuses = await askStatus(nc, 'shop', { lines: {} })
  const status = statuses.find((each) => each.what === 'node' && each.name === 'worker')
  expect(status).toMatchObject({ callbacks: [...Object.keys(MANY), 'take', 'fail'] })
  const info = (await nc.request('$SRV.INFO.daffi_shop', '', { timeout: 10_000 })).json<{
    endpoints: unknown[]
  }>()
  expect(info.endpoints).toBeDefined()
})
