import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, errors } from '@nats-io/transport-node'
import { BG, Global, PERIOD } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi, startDaffi, type RunningDaffi } from '../support/daffi.js'
import { startSharedServer, type SharedServer } from '../support/shared-server.js'
import { temporaryProject } from '../support/temporary.js'
import { waitUntil } from '../support/wait.js'

/** Permissions that no course of this test needs: a job of a schedule is deleted whose acknowledgement was lost. */
const SELDOM = ['$JS.API.STREAM.MSG.DELETE.*']

/** A pipeline with every modifier, and streams of each delivery through both lanes. */
const FILES = {
  'shop.yaml': `
name: shop
server:
  url: '\${SHOP_URL}'
  tls: { ca: '\${TLS_CA}', cert: '\${TLS_CERT}', key: '\${TLS_KEY}' }
callbacks: ./callbacks
sources:
  numbers: { kind: module, module: ./numbers.ts }
  pictures: { kind: module, module: ./pictures.ts }
  films: { kind: module, module: ./pictures.ts }
nodes:
  till:
    depends_on: [worker, helper]
    calls:
      - { call: add, args: [1, 2] }
      - { call: add, args: [3, 4], modifier: BG }
      - { call: add, args: [5, 6], modifier: { BG: { durable: true } } }
      - { call: refuse, args: [job], modifier: { BG: { durable: true, retry: { attempts: 2, delay: 10ms } } } }
      - { call: add, args: [7, 8], modifier: NO_RETURN }
      - { call: add, args: [9, 10], modifier: BROADCAST }
      - { call: tick, args: [file], modifier: { PERIOD: { interval: 1s } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: lossless } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: lossless, shm: false } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: lossless, share: true, shm: false } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: live, shm: false } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: durable, name: ledger } } }
      - { call: take, source: numbers, modifier: { STREAM: { delivery: durable, name: shares, share: true } } }
      - { call: refuse, source: numbers, modifier: { STREAM: { delivery: durable, name: refused, retry: { attempts: 2, delay: 10ms } } } }
      - { call: tally, source: numbers, modifier: { STREAM: { delivery: lossless } } }
      - { call: look, source: pictures, modifier: { STREAM: { delivery: live } } }
      - { call: look, source: films, modifier: { STREAM: { delivery: live, shm: false } } }
  worker: { callbacks: [add, take, look], replicas: 2 }
  helper: { callbacks: [refuse, tick, tally] }
`,
  'numbers.ts': `
export default function* numbers() {
  for (let n = 0; n < 5; n++) yield { n, more: Buffer.alloc(200_000) }
}
`,
  'pictures.ts': `
import { setTimeout as delay } from 'node:timers/promises'
import type { Frame } from 'daffi'
export default async function* pictures(): AsyncGenerator<Frame> {
  for (let sequence = 0; ; sequence++) {
    yield { data: Buffer.alloc(320 * 240 * 3, sequence), width: 320, height: 240, format: 'rgb24', sequence, time: Date.now() }
    await delay(100)
  }
}
`,
  'callbacks/add.ts': 'export default (a: number, b: number) => a + b',
  'callbacks/take.ts': 'export default (item: { n: number }) => item.n',
  'callbacks/tally.ts': `
import { context } from 'daffi'
export const options = { tally: { state: true } }
export default ({ n }: { n: number }) => { context().state.set('n', n) }
`,
  'callbacks/look.ts': 'export default (frame: unknown) => frame === null',
  'callbacks/tick.ts': `import { context } from 'daffi'
export default (what: string) => { context().log.info('tick of ' + what) }`,
  'callbacks/refuse.ts': `
import { existsSync } from 'node:fs'
export default (item: { n: number } | string) => {
  if ((item === 'job' || (item as { n: number }).n === 3) && !existsSync('mended')) throw new Error('not yet')
}
`,
}

interface Shop {
  server: SharedServer
  cwd: string
  up: RunningDaffi
  run: (...args: string[]) => Promise<unknown>
  options: { server: string; tls: SharedServer['tls']; pipeline: string }
}

/** The pipeline of FILES on a shared server, with its permissions. */
async function startShop(): Promise<Shop> {
  const server = await startSharedServer()
  const cwd = await temporaryProject(FILES)
  const { tls } = server
  const env = { SHOP_URL: server.urlOf('shop'), TLS_CA: tls.ca, TLS_CERT: tls.cert, TLS_KEY: tls.key }
  const up = startDaffi(['up', 'shop.yaml', '--json', '--view', '--stay'], { cwd, env })
  return {
    server,
    cwd,
    up,
    options: { server: server.urlOf('shop'), tls, pipeline: 'shop' },
    run: async (...args) => {
      const { stdout, stderr } = await runDaffi([...args, '-f', 'shop.yaml', '--json'], { cwd, env })
      expect(stdout, stderr).not.toBe('')
      return JSON.parse(stdout) as unknown
    },
  }
}

test('a whole pipeline works with the permissions of the page, and needs each of them', async () => {
  const { server, cwd, up, run, options } = await startShop()
  const viewer = (await up.waitForLine(/^watch it at http/)).replace('watch it at ', '')
  await up.waitForLine(/tick of file/)

  const g = await Global.connect<{
    echo: (text: string) => string
    count: (to: number) => AsyncGenerator<number>
    add: (a: number, b: number) => number
    tick: (what: string) => void
  }>({ ...options, processName: 'program', callbacks: { echo: (text: string) => text, count } })
  onTestFinished(() => g.close())
  const other = await Global.connect<typeof g extends Global<infer C> ? C : never>({
    ...options,
    processName: 'asker',
  })
  onTestFinished(() => other.close())
  const large = 'x'.repeat(3_000_000)
  expect(await other.call.echo(large)).toBe(large)
  const items: number[] = []
  for await (const item of other.call.count(5)) items.push(item)
  expect(items).toEqual([0, 1, 2, 3, 4])
  const job = await other.call.echo(large).with(BG({ durable: true }))
  expect(await job.get()).toBe(large)
  const later = await other.call.add(1, 2).with(BG({ durable: true, delay: '1h' }))
  await later.cancel()
  const task = await other.call.tick('program').with(PERIOD({ cron: '* * * * * *' }))
  await up.waitForLine(/tick of program/)
  expect(await task.cancel()).toBe(true)

  const stranger = await joinAs(server, 'shop')
  expect(await stranger.ask('daffi.shop.call.add', [1, 2])).toBe(3)

  expect(await run('call', 'add', '1', '2')).toEqual({ value: 3 })
  expect(await run('schedule', 'list')).toMatchObject({ schedules: [{ callback: 'tick', interval: 1 }] })
  const letters = async (): Promise<{ id: number }[]> =>
    ((await run('dead', 'list')) as { letters: { id: number }[] }).letters
  await expect.poll(letters, { interval: 500 }).toHaveLength(2)
  await writeFile(join(cwd, 'mended'), '')
  expect(await run('dead', 'replay', '--all')).toMatchObject({
    replayed: [expect.anything(), expect.anything()],
    failed: [],
  })
  expect(await run('replay', 'ledger', '--from', '0')).toMatchObject({ items: 5 })

  const kept = 'STREAM: { delivery: durable, name: ledger, retention: { age: 2h } }'
  expect(await run('call', 'take', '-', '--modifier', `{ ${kept} }`)).toMatchObject({ value: { items: 0 } })

  const token = new URL(viewer).hash.replace('#token=', '')
  const bearer = { authorization: `Bearer ${token}` }
  for (const name of ['pictures', 'films']) {
    const picture = async (): Promise<unknown[]> => {
      const { status, headers } = await fetch(new URL(`/streams/${name}.jpg`, viewer), { headers: bearer })
      return [status, headers.get('content-type')]
    }
    // Its first frame may not have been made.
    await expect.poll(picture, { message: name }).toEqual([200, 'image/jpeg'])
  }

  await other.close()
  await g.close()
  up.kill('SIGTERM')
  const { stdout } = await up.exited
  const { calls, streams } = JSON.parse(stdout) as PipelineResult
  expect(calls.filter(({ error }) => error !== null).map(({ call }) => call)).toEqual(['refuse'])
  expect(streams.map(({ error }) => error)).toEqual(Array.from({ length: 10 }, () => null))
  const receivers = streams.flatMap((stream) => Object.values(stream.receivers))
  expect(receivers).toHaveLength(18)
  expect(receivers.map(({ state, error, lost }) => [state, error, lost])).toEqual(
    receivers.map(() => ['finished', null, 0]),
  )

  const log = await server.log()
  expect(log.match(/.*Violation.*/g) ?? []).toEqual([])
  const { publish, subscribe } = server.permissions
  const unused = (list: string[], verb: string) => list.filter((each) => !usage(each, verb).test(log))
  expect(unused(publish, 'H?PUB')).toEqual(SELDOM)
  expect(unused(subscribe, 'SUB')).toEqual([])
})

test('another tenant can do nothing to a pipeline', async () => {
  const { server, up, run } = await startShop()
  await up.waitForLine(/tick of file/)
  const office = await joinAs(server, 'office')

  const { presence, node } = { presence: 'daffi.shop.presence', node: 'daffi.shop.node.till' }
  const forged = JSON.stringify({ name: 'till', id: 'x', last: false })
  for (const [subject, payload] of [
    ['daffi.shop.call.add', '[1, 2]'],
    ['daffi.shop.all.add', '[1, 2]'],
    [`${node}.call.add`, '[1, 2]'],
    [`${node}.ping.x`, ''],
    ['daffi.shop.cancel', 'x'],
    [`${presence}.hello`, forged],
    [`${presence}.goodbye`, forged],
    ['daffi.shop.stream.x.end', ''],
    ['daffi.shop.status', ''],
    ['_INBOX.daffi_shop.x', 'an answer'],
    ['_INBOX.x', 'an answer'],
    ['$KV.daffi_shop_names.till', forged],
    ['$KV.daffi_shop_results.x', ''],
    ['$JS.API.ACCOUNT.PURGE.shop', ''],
    ['$SRV.PING.daffi_shop', ''],
    ['$SYS.REQ.SERVER.PING', ''],
  ] as const)
    expect(await office.refusedToPublish(subject, payload), subject).toBe(true)
  for (const subject of [
    '>',
    'daffi.>',
    'daffi.shop.>',
    'daffi.*.call.add',
    '_INBOX.>',
    '_INBOX.daffi_shop.>',
    '$KV.>',
    '$KV.daffi_shop_results.>',
    '$SRV.PING.daffi_shop',
    '$JS.>',
    '$SYS.>',
  ])
    expect(await office.refusedToSubscribe(subject), subject).toBe(true)

  // What JetStream has of the shop does not exist in the account of the office, and a stream there gets nothing of it.
  const notFound = { error: { err_code: 10059 } }
  for (const stream of ['daffi_shop_ledger', 'daffi_shop_jobs', 'KV_daffi_shop_names']) {
    for (const verb of ['INFO', 'DELETE', 'PURGE'])
      expect(await office.ask(`$JS.API.STREAM.${verb}.${stream}`, {}), verb).toMatchObject(notFound)
    for (const verb of ['MSG.GET', 'MSG.DELETE'])
      expect(await office.ask(`$JS.API.STREAM.${verb}.${stream}`, { seq: 1 }), verb).toMatchObject(notFound)
    const consumer = { stream_name: stream, config: { name: 'spy', ack_policy: 'none' } }
    expect(await office.ask(`$JS.API.CONSUMER.CREATE.${stream}.spy`, consumer)).toMatchObject(notFound)
  }
  expect(await office.ask('$JS.API.STREAM.LIST', {})).toMatchObject({ total: 0 })
  await office.ask('$JS.API.STREAM.CREATE.spy', {
    name: 'spy',
    subjects: ['daffi.shop.>'],
    storage: 'memory',
  })
  expect(await run('call', 'add', '1', '2')).toEqual({ value: 3 })
  expect(await office.ask('$JS.API.STREAM.INFO.spy', {})).toMatchObject({ state: { messages: 0 } })

  up.kill('SIGTERM')
  const { stdout } = await up.exited
  const { nodes } = JSON.parse(stdout) as PipelineResult
  expect(Object.values(nodes).map(({ state, restarts }) => [state, restarts])).toEqual(
    Object.keys(nodes).map(() => ['stopped', 0]),
  )
})

test('permissions alone do not keep out who may create a stream', async () => {
  const server = await startSharedServer({ accounts: 'one' })
  const shop = await joinAs(server, 'shop')
  const office = await joinAs(server, 'office')
  expect(await office.refusedToSubscribe('daffi.shop.call.add')).toBe(true)
  await office.ask('$JS.API.STREAM.CREATE.spy', {
    name: 'spy',
    subjects: ['daffi.shop.call.>'],
    storage: 'memory',
  })
  // Answered by the stream once it has stored the message.
  expect(await shop.ask('daffi.shop.call.add', [1, 2])).toMatchObject({ stream: 'spy', seq: 1 })
  const { message } = (await office.ask('$JS.API.STREAM.MSG.GET.spy', { seq: 1 })) as {
    message: { subject: string; data: string }
  }
  expect([message.subject, atob(message.data)]).toEqual(['daffi.shop.call.add', '[1,2]'])
})

/** A client of any kind with the permissions of that pipeline. */
async function joinAs(server: SharedServer, pipeline: 'shop' | 'office') {
  const { username, password, host } = new URL(server.urlOf(pipeline))
  const { ca: caFile, cert: certFile, key: keyFile } = server.tls
  const tls = { caFile, certFile, keyFile, checkServerIdentity: () => undefined }
  const inboxPrefix = `_INBOX.daffi_${pipeline}`
  const nc = await connect({ servers: `tls://${host}`, user: username, pass: password, tls, inboxPrefix })
  onTestFinished(() => nc.close())
  const refused = new Set<string>()
  void (async () => {
    for await (const status of nc.status())
      if (status.type === 'error' && status.error instanceof errors.PermissionViolationError)
        refused.add(status.error.subject)
  })()
  const isRefused = async (subject: string): Promise<boolean> => {
    await nc.flush()
    return await waitUntil(() => refused.delete(subject)).catch(() => false)
  }
  return {
    nc,
    refusedToPublish: (subject: string, payload: string) => {
      nc.publish(subject, payload, { reply: `${inboxPrefix}.x` })
      return isRefused(subject)
    },
    refusedToSubscribe: (subject: string) => {
      nc.subscribe(subject, { callback: () => undefined })
      return isRefused(subject)
    },
    ask: async (subject: string, payload: unknown): Promise<unknown> =>
      (await nc.request(subject, JSON.stringify(payload), { timeout: 10_000 })).json(),
  }
}

async function* count(to: number): AsyncGenerator<number> {
  for (let n = 0; n < to; n++) yield n
}

/** A line of the server's log about a message or subscription of a client that this permission allows. */
function usage(permission: string, verb: string): RegExp {
  const subject = permission
    .split('.')
    .map((token) => (token === '>' ? '\\S+' : token === '*' ? '[^\\s.]+' : token.replace(/[$]/g, '\\$&')))
    .join('\\.')
  return new RegExp(`<<- \\[${verb} ${subject}[ \\]]`)
}
