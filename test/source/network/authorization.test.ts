import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Authorization } from '../../../src/runtime/source/network/authorization.js'
import { parseChallenges } from '../../../src/runtime/source/network/challenges.js'
import { digestResponse, fieldsOf } from '../digest.js'

const [user, password] = ['Mufasa', 'Circle of Life']
// Section 3.9.1 of RFC 7616.
const RFC = {
  username: user,
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}
const RESPONSES = {
  MD5: '8ca523f5e9506fed4657c9700eebdbec',
  'SHA-256': '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
}

test.each(['MD5', 'SHA-256'] as const)('a response by %s is that of RFC 7616', (algorithm) => {
  expect(digestResponse({ ...RFC, algorithm }, password, 'GET')).toBe(RESPONSES[algorithm])
  const authorization = new Authorization({ user, password })
  const challenge = `Digest realm="${RFC.realm}", qop="auth, auth-int", algorithm=${algorithm}, nonce="${RFC.nonce}"`
  expect(authorization.accept(challenge, false)).toBe(true)
  for (const nc of ['00000001', '00000002']) {
    const fields = fieldsOf(authorization.header('GET', RFC.uri) ?? '')
    expect(fields).toMatchObject({
      ...RFC,
      nc,
      cnonce: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      qop: 'auth',
    })
    expect(fields.response).toBe(digestResponse(fields, password, 'GET'))
  }
})

test('a server that knows no quality of protection gets the response of RFC 2069', () => {
  const authorization = new Authorization({ user, password })
  expect(authorization.accept('Digest realm="r", nonce="n"', false)).toBe(true)
  const fields = fieldsOf(authorization.header('DESCRIBE', 'rtsp://camera/1') ?? '')
  // md5(md5("Mufasa:r:Circle of Life"):n:md5("DESCRIBE:rtsp://camera/1")), by md5sum
  expect(fields).toEqual({
    username: user,
    realm: 'r',
    nonce: 'n',
    uri: 'rtsp://camera/1',
    response: 'b3f6c21b247fd18a029aad076f4eba0d',
  })
})

test.each([
  ['Basic realm="a"', 'Basic'],
  ['Basic realm="a", Digest realm="a", nonce="n", algorithm=MD5', 'Digest .*algorithm=MD5'],
  [
    'Digest realm="a", nonce="n", Digest realm="a", nonce="n", algorithm=sha-256',
    'Digest .*algorithm=sha-256',
  ],
  ['Negotiate abc==, Basic realm="a, Digest b"', 'Basic'],
  ['Digest realm="a", nonce="n", qop="auth-int", Basic realm="a"', 'Basic'],
])('of %s the strongest is answered', (challenges, expected) => {
  const authorization = new Authorization({ user, password })
  expect(authorization.header('GET', '/')).toBeUndefined()
  expect(authorization.accept(challenges, false)).toBe(true)
  expect(authorization.header('GET', '/')).toMatch(new RegExp(`^${expected}`))
})

test.each([undefined, '', 'Negotiate', 'Digest realm="a"', 'Digest nonce="n", algorithm=MD4', ',,="'])(
  '%s cannot be answered',
  (challenge) => {
    expect(new Authorization({ user, password }).accept(challenge, false)).toBe(false)
  },
)

test('a second challenge means a wrong password, unless the nonce is stale', () => {
  const authorization = new Authorization({ user, password })
  expect(authorization.accept('Digest nonce="1"', false)).toBe(true)
  expect(authorization.accept('Digest nonce="2"', true)).toBe(false)
  expect(authorization.accept('Digest nonce="2", stale=true', true)).toBe(true)
  expect(fieldsOf(authorization.header('GET', '/') ?? '').nonce).toBe('2')
})

test('a server that has accepted user and password may ask again with another nonce, without saying why', () => {
  const authorization = new Authorization({ user, password })
  authorization.accept('Digest nonce="1"', false)
  authorization.accepted(undefined)
  expect(authorization.accept('Digest nonce="2"', true)).toBe(true)
  expect(authorization.accept('Digest nonce="3"', true)).toBe(false)
})

test('the nonce that a server gives for the next request is taken', () => {
  const authorization = new Authorization({ user, password })
  authorization.accept('Digest realm="r", nonce="1", qop="auth", opaque="o"', false)
  const first = fieldsOf(authorization.header('GET', '/') ?? '')
  authorization.accepted('nextnonce="2", qop=auth, rspauth="x"')
  const second = fieldsOf(authorization.header('GET', '/') ?? '')
  expect(second).toMatchObject({ realm: 'r', nonce: '2', nc: '00000001', opaque: 'o' })
  expect(second.cnonce).not.toBe(first.cnonce)
})

const hashOf = { md5: 'md5', 'MD5-sess': 'md5', 'sha-256-SESS': 'sha256', 'SHA-512-256': 'sha512-256' }

test.each(Object.entries(hashOf))(
  '%s is answered, with one nonce of the client for each of the server',
  (name, hash) => {
    const authorization = new Authorization({ user: 'möwe', password: 'süß€' })
    const H = (text: string): string => createHash(hash).update(text).digest('hex')
    // A header holds bytes, here those of UTF-8.
    const bytes = (text: string): string => Buffer.from(text).toString('latin1')
    expect(
      authorization.accept(
        `Digest realm="${bytes('Möwen')}", nonce="n", qop="auth-int, auth", algorithm=${name}`,
        false,
      ),
    ).toBe(true)
    const fields = ['00000001', '00000002'].map(() => fieldsOf(authorization.header('GET', '/') ?? ''))
    const cnonce = fields[0]?.cnonce ?? ''
    const secret = H('möwe:Möwen:süß€')
    const key = /sess/i.test(name) ? H(`${secret}:n:${cnonce}`) : secret
    for (const [index, each] of fields.entries()) {
      expect(each).toMatchObject({ username: bytes('möwe'), realm: bytes('Möwen'), cnonce, algorithm: name })
      expect(each.response).toBe(H(`${key}:n:0000000${index + 1}:${cnonce}:auth:${H('GET:/')}`))
    }
  },
)

test('user and password of any characters are given by Basic in UTF-8', () => {
  const authorization = new Authorization({ user: 'möwe', password: '€ /' })
  authorization.accept('Basic realm="r", charset="UTF-8"', false)
  const [, text = ''] = (authorization.header('GET', '/') ?? '').split(' ')
  expect(Buffer.from(text, 'base64').toString()).toBe('möwe:€ /')
})

test('text of a server cannot end a quoted string, nor can a user', () => {
  const authorization = new Authorization({ user: 'a"b\\', password })
  authorization.accept('Digest realm="x\\", y=\\"z", nonce="n"', false)
  expect(authorization.header('GET', '/')).toContain('username="a\\"b\\\\", realm="x\\", y=\\"z", nonce="n"')
})

test('challenges of one header are told apart', () => {
  const found = parseChallenges('Digest realm="a=b, c", nonce = n ,Basic realm="x"')
  expect(found.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual([
    ['digest', { realm: 'a=b, c', nonce: 'n' }],
    ['basic', { realm: 'x' }],
  ])
})
