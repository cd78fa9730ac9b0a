import { expect, test } from 'vitest'
import { hostRule } from '../../../src/runtime/view/programs/visit.js'

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])(
  'who listens on %s is known by names of the loopback, and by the name that the user gave',
  (address) => {
    const isOurs = hostRule({ address, port: 9464 }, 'box')
    const hosts = [
      'localhost:9464',
      '127.0.0.1:9464',
      '[::1]:9464',
      'box:9464',
      'rebound.example:9464',
      'localhost',
    ]
    expect(hosts.filter(isOurs)).toEqual(hosts.slice(0, 4))
  },
)

test.each(['0.0.0.0', '::', '10.0.0.7', 'fe80::1', '::ffff:10.0.0.7'])(
  'who listens on %s may have any name',
  (address) => {
    expect(hostRule({ address, port: 9464 })('metrics.example:80')).toBe(true)
  },
)

test('the port of HTTP need not be said', () => {
  expect(hostRule({ address: '127.0.0.1', port: 80 })('localhost')).toBe(true)
})
