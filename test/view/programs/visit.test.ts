import { expect, test } from 'vitest'
import { isAddressHost, isLoopback, loopbackHosts } from '../../../src/runtime/view/programs/visit.js'

test('a server on the loopback is known by names of the loopback, and by the name that the user gave', () => {
  const hosts = [
    'localhost:9464',
    'LocalHost:9464',
    '127.0.0.1:9464',
    '127.8.9.10:9464',
    '[::1]:9464',
    '[::ffff:127.0.0.1]:9464',
    'box:9464',
    'rebound.example:9464',
    'localhost',
    'localhost:9465',
    '10.0.0.7:9464',
    '',
  ]
  expect(hosts.filter(loopbackHosts(9464, 'Box'))).toEqual(hosts.slice(0, 7))
})

test.each([80, 443])('port %i need not be said', (port) => {
  expect(['localhost', `localhost:${port}`, 'localhost:8080'].filter(loopbackHosts(port))).toEqual([
    'localhost',
    `localhost:${port}`,
  ])
})

test('addresses of the loopback', () => {
  const own = ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']
  const others = ['0.0.0.0', '::', '10.0.0.7', 'fe80::1', '::ffff:10.0.0.7']
  expect([...own, ...others].filter(isLoopback)).toEqual(own)
})

test('hosts that are addresses', () => {
  const addresses = ['10.0.0.7', '10.0.0.7:80', '[fe80::1]', '[fe80::1]:443']
  expect([...addresses, 'box', 'box:80', '10.0.0.7.example', ''].filter(isAddressHost)).toEqual(addresses)
})
