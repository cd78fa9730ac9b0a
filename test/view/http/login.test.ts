import { expect, test } from 'vitest'
import { LoginLimit } from '../../../src/runtime/view/http/login-limit.js'
import { Login } from '../../../src/runtime/view/http/login.js'

test('each address has some wrong passwords, and later further ones; others are not concerned', () => {
  const limit = new LoginLimit()
  const now = 1_000_000
  for (let n = 0; n < 5; n++) {
    expect(limit.waitMs('10.0.0.7', now)).toBe(0)
    limit.fail('10.0.0.7', now)
  }
  const wait = limit.waitMs('10.0.0.7', now)
  expect(wait).toBeGreaterThan(0)
  expect(limit.waitMs('10.0.0.8', now)).toBe(0)
  expect(limit.waitMs('10.0.0.7', now + wait)).toBe(0)
  limit.fail('10.0.0.7', now + wait)
  expect(limit.waitMs('10.0.0.7', now + wait)).toBe(wait)
  expect(limit.waitMs('10.0.0.7', now + 100 * wait)).toBe(0)
})

test('all addresses of a network of IPv6 are one', () => {
  const limit = new LoginLimit()
  for (let n = 0; n < 5; n++) limit.fail(`2001:db8::${n}`, 1)
  expect(limit.waitMs('2001:db8:0:0:ffff::1', 1)).toBeGreaterThan(0)
  expect(limit.waitMs('2001:db8:0:1::1', 1)).toBe(0)
  expect(limit.waitMs('::ffff:10.0.0.7', 1)).toBe(0)
})

test('who guesses is told of once, has to wait with the right password too, and has no cookie', () => {
  const guessed: string[] = []
  const login = new Login('correct horse', (address) => guessed.push(address))
  for (let n = 0; n < 5; n++) expect(login.enter(`wrong ${n}`, '10.0.0.7')).toEqual({ is: 'wrong' })
  expect(login.enter('correct horse', '10.0.0.7')).toEqual({
    is: 'too early',
    waitMs: expect.any(Number) as number,
  })
  expect(guessed).toEqual(['10.0.0.7'])
  const entered = login.enter('correct horse', '10.0.0.8')
  expect(login.isValid(entered.is === 'entered' ? entered.cookie : undefined)).toBe(true)
  expect(login.isValid(undefined)).toBe(false)
  expect(login.isValid('')).toBe(false)
})

test('a cookie does not go on for ever', ({ onTestFinished }) => {
  const login = new Login('correct horse', () => {})
  const entered = login.enter('correct horse', '10.0.0.8')
  const cookie = entered.is === 'entered' ? entered.cookie : undefined
  const { now } = Date
  onTestFinished(() => void (Date.now = now))
  Date.now = () => now() + 8 * 24 * 3600 * 1000
  expect(login.isValid(cookie)).toBe(false)
})
