import { chmod, mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineState, readState, removeState, writeState } from '../../../src/runtime/nats/address/state.js'
import { temporaryFolder } from '../../support/temporary.js'

const STATE = { url: 'nats://127.0.0.1:4222', token: 't', pid: 1, version: '2.14.0' }

async function project(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, '.daffi'))
  return { folder, file: join(folder, '.daffi', 'server.json') }
}

test('what is written is read, by its owner only', async () => {
  const { folder, file } = await project()
  expect(readState(folder)).toBeUndefined()
  await writeState(folder, STATE)
  expect(readState(folder)).toEqual(STATE)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await removeState(folder)
  await removeState(folder)
  expect(examineState(folder)).toEqual({})
})

test.each([
  ['other hosts', { ...STATE, url: 'nats://10.0.0.1:4222' }, 'loopback'],
  [
    'a host that only begins like a loopback',
    { ...STATE, url: 'nats://127.0.0.1.evil.org:4222' },
    'loopback',
  ],
  ['a name for a host', { ...STATE, url: 'nats://localhost:4222' }, 'loopback'],
  ['an address of IPv6', { ...STATE, url: 'nats://[::1]:4222' }, 'loopback'],
  ['a certificate that is none', { ...STATE, certificate: 'PEM' }, 'certificate'],
  ['no token', { ...STATE, token: undefined }, 'token'],
  ['no process', { ...STATE, pid: '1' }, 'process'],
])('a state file with %s is not believed', async (_, content, reason) => {
  const { folder, file } = await project()
  await writeFile(file, JSON.stringify(content), { mode: 0o600 })
  expect(examineState(folder).fault).toContain(reason)
  expect(readState(folder)).toBeUndefined()
})

test('neither is half a file, one that others may read, or a link', async () => {
  const { folder, file } = await project()
  await writeFile(file, '{"url": "nats://127', { mode: 0o600 })
  expect(examineState(folder).fault).toBeDefined()
  await writeState(folder, STATE)
  await chmod(file, 0o640)
  expect(examineState(folder).fault).toBe('other users can read or write it')
  await chmod(file, 0o600)
  await rename(file, `${file}.real`)
  await symlink(`${file}.real`, file)
  expect(examineState(folder).fault).toBeDefined()
})
