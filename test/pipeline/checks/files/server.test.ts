import { join } from 'node:path'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../../../support/certificates.js'
import { checkYaml, expectFault, titled } from '../../check-yaml.js'

const yaml = (server: string) => `
name: shop
server: ${server}
nodes:
  till: {}
`
const URL = 'url: tls://nats.example.com'

test.each(
  titled([
    [yaml(`{ ${URL}, tls: { ca: «ca.pme→ca.pem» } }`), 'MISSING_FILE', 'server.tls.ca'],
    [yaml(`{ ${URL}, tls: { ca: «ca.pem» } }`), 'BAD_VALUE', 'server.tls.ca', 'holds no certificate'],
    [yaml(`{ ${URL}, credentials: «shop.creds» }`), 'MISSING_FILE', 'server.credentials'],
  ]),
)('%s', (_, each) => expectFault(each, { 'ca.pem': 'nothing' }))

test.each([
  ['http://nats.example.com', '"http://nats.example.com" is not the URL', 'Write it as nats://host:port or '],
  ['nats://app:12/34@h:1', '"nats://***@h:1" is not the URL', 'In user and password, write / as %2F, '],
])('a URL of no server, %s', async (url, message, advice) => {
  const { diagnostics } = await checkYaml(yaml(`{ url: '${url}' }`))
  expect(diagnostics).toMatchObject([
    { code: 'DAFFI_BAD_VALUE', path: 'server.url', line: 3, suggestion: null },
  ])
  for (const part of [message, advice]) expect(diagnostics[0]?.message).toContain(part)
})

test('certificate and key are needed together', async () => {
  const { ca, issue } = await certificateAuthority()
  const { cert, key } = await issue({})
  const faults = async (tls: string) => (await checkYaml(yaml(`{ ${URL}, tls: ${tls} }`))).diagnostics
  expect(await faults(`{ ca: '${ca}', cert: '${cert}', key: '${key}' }`)).toEqual([])
  expect(await faults(`{ cert: '${cert}', key: '${cert}' }`)).toMatchObject([
    { path: 'server.tls.key', message: expect.stringContaining('holds no private key') as string },
  ])
  expect(await faults(`{ cert: '${cert}' }`)).toMatchObject([
    { path: 'server.tls.cert', line: 3, message: expect.stringContaining('without key') as string },
  ])
  expect(await faults(`{ key: '${key}' }`)).toMatchObject([
    { path: 'server.tls.key', line: 3, message: expect.stringContaining('without cert') as string },
  ])
})

test('paths are relative to the file, and empty text counts as absent', async () => {
  const server =
    "{ url: 'tls://nats.example.com', token: '${NATS_TOKEN:-}', credentials: shop.creds, tls: { ca: '' } }"
  const { plan, folder, diagnostics } = await checkYaml(yaml(server), { files: { 'shop.creds': '' } })
  expect(diagnostics).toEqual([])
  expect(plan?.server).toEqual({
    url: 'tls://nats.example.com',
    credentials: join(folder, 'shop.creds'),
    tls: {},
  })
})
