import { expect, test } from 'vitest'
import { ownPipeline } from '../support/pipeline.js'
import { rawRequest } from '../support/raw-nats.js'

const callbacks = {
  add: (a: number, b: number) => a + b,
  *count(n: number) {
    for (let i = 0; i < n; i++) yield i
  },
  fail: () => {
    throw Object.assign(new Error('broken'), { code: 'EBROKEN' })
  },
}

test('a client of any kind calls with a JSON array, and learns of errors from headers', async () => {
  const { server, join } = await ownPipeline()
  await join('worker', { callbacks })
  const call = (name: string, payload: string) => rawRequest(server, `daffi.test.call.${name}`, payload)

  expect(await call('add', '[1, 2]')).toMatchObject({ payload: '3', headers: { 'Daffi-Node': 'worker' } })
  expect((await call('count', '[3]')).payload).toBe('[0,1,2]')
  const failed = await call('fail', '[]')
  expect(failed.headers).toMatchObject({
    'Nats-Service-Error': 'broken',
    'Nats-Service-Error-Code': 'EBROKEN',
  })
  expect(JSON.parse(failed.payload)).toMatchObject({ name: 'Error', message: 'broken', node: 'worker' })
  for (const [payload, code] of [
    ['[1]', 'DAFFI_ARGUMENT_COUNT'],
    ['hello', 'DAFFI_BAD_MESSAGE'],
    ['{"a": 1}', 'DAFFI_BAD_MESSAGE'],
    ['', 'DAFFI_BAD_MESSAGE'],
  ] as const) {
    expect((await call('add', payload)).headers['Nats-Service-Error-Code'], payload).toBe(code)
  }
})

test('each node answers PING, INFO and STATS of the NATS service protocol', async () => {
  const { server, join } = await ownPipeline()
  const g = await join('worker', { callbacks })
  await rawRequest(server, 'daffi.test.call.add', '[1, 2]')
  await rawRequest(server, 'daffi.test.call.fail', '[]')
  const ask = async (verb: string): Promise<unknown> =>
    JSON.parse((await rawRequest(server, `$SRV.${verb}.daffi_${g.pipeline}`, '')).payload)

  expect(await ask('PING')).toMatchObject({
    type: 'io.nats.micro.v1.ping_response',
    name: 'daffi_test',
    version: '1.0.0',
    metadata: { node: 'worker', pid: String(process.pid) },
  })
  expect(await ask('INFO')).toMatchObject({
    type: 'io.nats.micro.v1.info_response',
    endpoints: [
      { name: 'add', subject: 'daffi.test.call.add', queue_group: 'daffi' },
      { name: 'count' },
      { name: 'fail' },
    ],
  })
  expect(await ask('STATS')).toMatchObject({
    type: 'io.nats.micro.v1.stats_response',
    endpoints: [
      { name: 'add', num_requests: 1, num_errors: 0, last_error: '' },
      { name: 'count', num_requests: 0 },
      { name: 'fail', num_requests: 1, num_errors: 1, last_error: 'broken' },
    ],
  })
})
