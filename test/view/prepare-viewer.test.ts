import { chmod, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareViewer, type ViewerReach } from '../../src/runtime/view/prepare-viewer.js'
import { certificateAuthority } from '../support/certificates.js'
import { temporaryFolder } from '../support/temporary.js'

const prepare = (reach: Partial<ViewerReach>) => prepareViewer({ port: undefined, control: false, ...reach })

async function passwordFile(text: string, mode = 0o600): Promise<string> {
  const path = join(await temporaryFolder(), 'viewer.password')
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

test('other machines reach the viewer with a password only', async () => {
  await expect(prepare({ host: '0.0.0.0' })).rejects.toMatchObject({
    code: 'DAFFI_NO_PASSWORD',
    message: expect.stringContaining('0.0.0.0') as string,
    next: expect.stringContaining('--password-file') as string,
  })
  const file = await passwordFile('correct horse\n')
  expect(await prepare({ host: '::', passwordFile: file })).toMatchObject({
    address: '::',
    password: 'correct horse',
  })
  expect(await prepare({})).toMatchObject({ address: '127.0.0.1', password: undefined, tls: undefined })
})

test('a host that has no address is told', async () => {
  await expect(prepare({ host: 'nowhere.invalid' })).rejects.toMatchObject({
    code: 'DAFFI_PORT_TAKEN',
    message: expect.stringContaining('nowhere.invalid has no address') as string,
  })
})

describe('a file that is no secret is refused, and its text told nobody', () => {
  test.each([
    ['short', 'secret\n', 0o600, 'does not hold 8 to 512 characters in one line'],
    ['of two lines', 'secret4711\nsecret4711\n', 0o600, 'does not hold 8 to 512'],
    ['readable by all', 'secret4711\n', 0o644, 'other users can read or write it'],
    ['readable by a group', 'secret4711\n', 0o640, 'other users can read or write it'],
  ])('%s', async (_, text, mode, why) => {
    const refused = prepare({ passwordFile: await passwordFile(text, mode) })
    await expect(refused).rejects.toMatchObject({
      code: 'DAFFI_BAD_PASSWORD',
      message: expect.stringContaining(why) as string,
    })
    await expect(refused).rejects.not.toThrow(/secret4711/)
  })

  test('a link, a folder, and nothing', async () => {
    const folder = await temporaryFolder()
    await symlink(await passwordFile('correct horse'), join(folder, 'link'))
    for (const [path, why] of [
      [join(folder, 'link'), 'it is a link'],
      [folder, 'it is not a regular file'],
      [join(folder, 'nothing'), 'it does not exist'],
    ] as const)
      await expect(prepare({ passwordFile: path })).rejects.toMatchObject({
        code: 'DAFFI_BAD_PASSWORD',
        message: `${path} cannot be used: ${why}`,
      })
  })
})

test('a certificate and its key are checked before anything is served', async () => {
  const authority = await certificateAuthority()
  const [good, other, expired] = await Promise.all([
    authority.issue({ host: '127.0.0.1' }),
    authority.issue({ host: '127.0.0.1' }),
    authority.issue({ host: '127.0.0.1', expired: true }),
  ])
  expect((await prepare({ https: good })).tls?.cert.toString()).toContain('BEGIN CERTIFICATE')
  const text = await passwordFile('no certificate')
  for (const [https, why] of [
    [{ ...good, key: other.key }, `${other.key} is not the private key of ${good.cert}`],
    [{ cert: good.key, key: good.key }, `${good.key} holds no certificate in PEM form`],
    [{ ...good, key: text }, `${text} holds no private key in PEM form`],
    [{ ...good, cert: `${text}.gone` }, `${text}.gone cannot be read`],
    [expired, `${expired.cert} has expired on 20`],
  ] as const)
    await expect(prepare({ https })).rejects.toMatchObject({
      code: 'DAFFI_BAD_CERTIFICATE',
      message: expect.stringContaining(why) as string,
    })
})
