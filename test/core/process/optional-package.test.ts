import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertPackageIsOurs, optionalPackage } from '../../../src/runtime/core/process/optional-package.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a package that is installed is loaded', async () => {
  const { default: sharp } = await optionalPackage('sharp', () => import('sharp'))
  expect(sharp).toBeTypeOf('function')
})

test('one that is missing is named, with the way to get it', async () => {
  const name = 'daffi-package-that-nobody-has'
  await expect(optionalPackage(name, () => import(name) as Promise<unknown>)).rejects.toMatchObject({
    code: 'DAFFI_MISSING_PACKAGE',
    message: expect.stringContaining(name) as string,
    next: `Install it with npm install ${name}.`,
  })
})

test(
  "one that Node finds in another user's folder is refused",
  { skip: process.getuid?.() !== 0 },
  async () => {
    const shared = await temporaryFolder()
    const folder = join(shared, 'node_modules', 'koffi')
    await mkdir(folder, { recursive: true })
    const file = join(folder, 'index.js')
    await writeFile(file, '')
    expect(() => assertPackageIsOurs(file)).not.toThrow()
    for (const path of [file, join(shared, 'node_modules'), shared]) {
      await chown(path, 65_534, 65_534)
      expect(() => assertPackageIsOurs(file)).toThrow(`${path} belongs to another user (uid 65534)`)
      await chown(path, 0, 0)
    }
  },
)
