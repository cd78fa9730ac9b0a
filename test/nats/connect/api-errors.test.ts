import { JetStreamApiError } from '@nats-io/jetstream'
import { jserrors } from '@nats-io/jetstream/internal'
import { NoRespondersError, RequestError, type NatsConnection } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { API_ERROR, isApiError, isNoResponders, payloadLimit } from '../../../src/runtime/nats/index.js'

const apiError = (code: number): JetStreamApiError =>
  new JetStreamApiError({ code: 404, err_code: code, description: 'said by the server' })

test('codes are those of nats-server', () => {
  expect(API_ERROR).toStrictEqual({
    consumerExists: 10148,
    consumerNotFound: 10014,
    streamNotFound: 10059,
    wrongLastSequence: 10071,
  })
})

test("an error of JetStream's API is known by its code, and only by that", () => {
  for (const name of Object.keys(API_ERROR) as (keyof typeof API_ERROR)[]) {
    for (const other of Object.keys(API_ERROR) as (keyof typeof API_ERROR)[]) {
      expect(isApiError(apiError(API_ERROR[name]), other)).toBe(name === other)
    }
  }
  expect(isApiError(apiError(404), 'streamNotFound')).toBe(false)
  expect(isApiError(jserrors.StreamNotFoundError.fromMessage('no stream'), 'streamNotFound')).toBe(true)
})

test.each([
  new Error('stream not found'),
  Object.assign(new Error('not of the API'), { code: 10059 }),
  { code: 10059 },
  undefined,
  null,
  10059,
])('anything else is no error of the API: %#', (error) => {
  expect(isApiError(error, 'streamNotFound')).toBe(false)
})

test('a request that nobody listens to fails with one of two errors', () => {
  const noResponders = new NoRespondersError('some.subject')
  expect(isNoResponders(noResponders)).toBe(true)
  expect(isNoResponders(new RequestError('no responders', { cause: noResponders }))).toBe(true)
  expect(isNoResponders(new RequestError('timeout'))).toBe(false)
  expect(isNoResponders(new Error('no responders'))).toBe(false)
  expect(isNoResponders(undefined)).toBe(false)
})

test("the payload's limit is the server's, 1 MiB before that is known; less the headroom, by default that of a call", () => {
  const connection = (info: object | undefined): NatsConnection => ({ info }) as NatsConnection
  expect(payloadLimit(connection({ max_payload: 8_388_608 }))).toBe(8_384_512)
  expect(payloadLimit(connection({ max_payload: 8_388_608 }), 512)).toBe(8_388_096)
  expect(payloadLimit(connection({}), 4096)).toBe(1_044_480)
  expect(payloadLimit(connection(undefined))).toBe(1_044_480)
})
