import { expect, test } from 'vitest'
import { optionalPackage } from '../../../src/runtime/core/process/optional-package.js'

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
