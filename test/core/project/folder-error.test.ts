import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CACHE_ELSEWHERE } from '../../../src/runtime/core/project/cache-folder.js'
import { folderError, whyUnwritable } from '../../../src/runtime/core/project/folder-error.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a folder in which all can be written has no fault, also before it is made', async () => {
  const root = await temporaryFolder()
  expect(whyUnwritable(root)).toBe(undefined)
  expect(whyUnwritable(join(root, 'a', 'b'))).toBe(undefined)
})

test('a file in its place, or above it, is told of', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  for (const path of [file, join(file, 'a')])
    expect(whyUnwritable(path)).toMatchObject({ code: 'DAFFI_FOLDER_TAKEN' })
})

test('the advice names another folder where this one cannot be written by this user', () => {
  const refusal = (code: string) =>
    folderError(Object.assign(new Error(code), { code }), '/c', CACHE_ELSEWHERE)
  for (const code of ['EROFS', 'EACCES', 'EPERM'])
    expect(refusal(code)).toMatchObject({ next: expect.stringContaining('XDG_CACHE_HOME') as string })
  expect(refusal('ENOSPC')).toMatchObject({ next: expect.stringContaining('Free some space') as string })
})
