import { describe, expect, test } from 'vitest'
import { Access, type AccessRequest, type ServedAt } from '../../../src/runtime/view/http/access.js'
import { Login } from '../../../src/runtime/view/http/login.js'

const PORT = 8123
const AT: ServedAt = { scheme: 'http', address: '127.0.0.1', host: '127.0.0.1', port: PORT }
const access = new Access({ takesOrders: false, login: undefined })
const asking: AccessRequest = {
  method: 'GET',
  path: '/metrics',
  host: `127.0.0.1:${PORT}`,
  origin: undefined,
  site: undefined,
  token: access.token,
  cookie: undefined,
  orderToken: undefined,
}

const statusOf = (changes: Partial<AccessRequest>) => access.refusal({ ...asking, ...changes }, AT)?.status

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
      '/streams/gate.js',
      '/letters/gate.js',
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
  const controlling = new Access({ takesOrders: true, login: undefined })
  const ordering: AccessRequest = {
    ...asking,
    method: 'POST',
    path: '/nodes/one/stop',
    origin: `http://127.0.0.1:${PORT}`,
    token: controlling.token,
    orderToken: controlling.orderToken,
  }
  const status = (changes: Partial<AccessRequest>, by = controlling) =>
    by.refusal({ ...ordering, ...changes }, AT)?.status

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

  test.each(['/jobs/a-1/cancel', '/schedules/a-1/cancel', '/letters/3/replay', '/letters/3/drop'])(
    'about work that is kept are no others: %s',
    (path) => {
      expect(status({ path })).toBeUndefined()
      expect(status({ path, origin: undefined })).toBe(403)
      expect(status({ path, origin: 'http://elsewhere.example' })).toBe(403)
      expect(status({ path, site: 'cross-site' })).toBe(403)
      expect(status({ path, orderToken: undefined })).toBe(401)
      expect(status({ path, token: access.token }, access)).toBe(405)
    },
  )

  test('are refused by a viewer that takes none', () => {
    expect(status({ token: access.token }, access)).toBe(405)
  })
})

test('every run has a token of its own', () => {
  expect(new Access({ takesOrders: false, login: undefined }).token).not.toBe(access.token)
})

describe('reached from other machines', () => {
  const at: ServedAt = { scheme: 'https', address: '0.0.0.0', host: 'Box.example', port: 443 }
  const login = new Login('correct horse', () => {})
  const open = new Access({ takesOrders: true, login })
  const entered = login.enter('correct horse', '10.0.0.7')
  const cookie = entered.is === 'entered' ? entered.cookie : 'none'
  const looking: AccessRequest = { ...asking, host: 'cam.lan', token: undefined, cookie }
  const status = (changes: Partial<AccessRequest>, served = at) =>
    open.refusal({ ...looking, ...changes }, served)?.status

  test.each<Partial<AccessRequest>>([
    {},
    { cookie: undefined, token: open.token },
    { origin: 'https://cam.lan', site: 'same-origin' },
    { cookie: undefined, path: '/' },
    { cookie: undefined, path: '/main.js' },
    { cookie: undefined, path: '/login', method: 'POST', origin: 'https://cam.lan' },
    { cookie: undefined, path: '/readyz', host: '10.0.0.5:443' },
    { cookie: undefined, path: '/readyz', host: '[fd00::5]' },
    { cookie: undefined, path: '/readyz', host: 'box.example' },
    { path: '/nodes/one/stop', method: 'POST', origin: 'https://cam.lan', orderToken: open.orderToken },
  ])('by any name for who has the password or the token: %j', (changes) => {
    expect(status(changes)).toBeUndefined()
  })

  test.each<[Partial<AccessRequest>, number]>([
    [{ cookie: undefined, path: '/readyz', host: 'rebound.example' }, 403],
    [{ cookie: undefined, host: 'rebound.example' }, 401],
    [{ cookie: undefined, host: '10.0.0.5' }, 401],
    [{ cookie: `${cookie}x`, host: '10.0.0.5' }, 401],
    [{ origin: 'http://cam.lan' }, 403],
    [{ origin: 'https://cam.lan:8443' }, 403],
    [{ path: '/login', method: 'POST' }, 403],
    [{ path: '/login', method: 'POST', origin: 'https://elsewhere.example' }, 403],
    [{ path: '/nodes/one/stop', method: 'POST', origin: 'https://cam.lan' }, 401],
    [{ path: '/nodes/one/stop', method: 'POST', orderToken: open.orderToken }, 403],
  ])('and nobody else: %j', (changes, expected) => {
    expect(status(changes)).toBe(expected)
  })

  test('a password opens no other name of the loopback', () => {
    expect(status({}, { ...AT, address: '127.0.0.1' })).toBe(403)
    expect(status({ host: `localhost:${PORT}` }, AT)).toBeUndefined()
  })
})
