import { describe, expect, test } from 'vitest'
import { Access, type AccessRequest } from '../../../src/runtime/view/http/access.js'

const PORT = 8123
const access = new Access()
const asking: AccessRequest = {
  method: 'GET',
  path: '/metrics',
  host: `127.0.0.1:${PORT}`,
  origin: undefined,
  site: undefined,
  token: access.token,
  orderToken: undefined,
}

const statusOf = (changes: Partial<AccessRequest>) => access.refusal({ ...asking, ...changes }, PORT)?.status

describe('who has the token may look', () => {
  test.each<Partial<AccessRequest>>([
    {},
    { host: `localhost:${PORT}` },
    { host: `[::1]:${PORT}` },
    { host: `127.0.0.2:${PORT}` },
    { host: `[::ffff:127.0.0.1]:${PORT}` },
    { method: 'HEAD' },
    { site: 'none' },
    { site: 'same-origin', origin: `http://127.0.0.1:${PORT}` },
    { path: '/healthz', token: undefined },
    { path: '/readyz', token: undefined },
    { path: '/', token: undefined },
    { path: '/graph/graph.js', token: undefined },
  ])('%j', (changes) => {
    expect(statusOf(changes)).toBeUndefined()
  })
})

describe('everyone else is refused', () => {
  test.each<[Partial<AccessRequest>, number]>([
    [{ token: undefined }, 401],
    ...[
      '/events',
      '/pictures',
      '/streams/gate.jpg',
      '/streams/gate.mjpeg',
      '/%6detrics',
      '//metrics',
      '/a/b/c.js',
    ].map((path): [Partial<AccessRequest>, number] => [{ path, token: undefined }, 401]),
    [{ token: '' }, 401],
    [{ token: `${access.token}x` }, 401],
    [{ host: undefined }, 403],
    [{ host: '127.0.0.1' }, 403],
    [{ host: `127.0.0.1:${PORT + 1}` }, 403],
    [{ host: `rebound.example:${PORT}` }, 403],
    [{ host: `127.0.0.1.rebound.example:${PORT}` }, 403],
    [{ host: `1.2.3.4:${PORT}` }, 403],
    [{ host: `user@127.0.0.1:${PORT}` }, 403],
    [{ host: `127.0.0.1:${PORT}/x` }, 403],
    [{ host: '' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: `https://127.0.0.1:${PORT}` }, 403],
    [{ origin: `http://localhost:${PORT}` }, 403],
    [{ site: 'same-site' }, 403],
    [{ site: 'cross-site', path: '/healthz' }, 403],
    [{ method: 'POST' }, 405],
    [{ method: 'OPTIONS' }, 405],
  ])('%j', (changes, status) => {
    expect(statusOf(changes)).toBe(status)
  })
})

describe('orders', () => {
  const controlling = new Access(true)
  const ordering: AccessRequest = {
    ...asking,
    method: 'POST',
    path: '/nodes/one/stop',
    origin: `http://127.0.0.1:${PORT}`,
    token: controlling.token,
    orderToken: controlling.orderToken,
  }
  const status = (changes: Partial<AccessRequest>, by = controlling) =>
    by.refusal({ ...ordering, ...changes }, PORT)?.status

  test('come from the page itself, with both tokens', () => {
    expect(status({})).toBeUndefined()
    expect(status({ site: 'same-origin' })).toBeUndefined()
    expect(controlling.orderToken).not.toBe(controlling.token)
  })

  test.each<[Partial<AccessRequest>, number]>([
    [{ origin: undefined }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://elsewhere.example' }, 403],
    [{ site: 'cross-site' }, 403],
    [{ host: `rebound.example:${PORT}` }, 403],
    [{ orderToken: undefined }, 401],
    [{ orderToken: controlling.token }, 401],
    [{ token: undefined }, 401],
    [{ token: controlling.orderToken }, 401],
    [{ method: 'PUT' }, 405],
    [{ path: '/nodes/one' }, 405],
    [{ path: '/metrics' }, 405],
  ])('others are refused: %j', (changes, expected) => {
    expect(status(changes)).toBe(expected)
  })

  test('are refused by a viewer that takes none', () => {
    expect(status({ token: access.token }, access)).toBe(405)
  })
})

test('every run has a token of its own', () => {
  expect(new Access().token).not.toBe(access.token)
})
