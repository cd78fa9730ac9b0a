import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile } from '../../../src/runtime/core/project/replace-file.js'
import { temporaryFolder } from '../../support/temporary.js'

test('what fails names the file that was to be replaced, and leaves no other one', async () => {
  const folder = await temporaryFolder()
  const [absent, taken] = [join(folder, 'absent', 'a.jpg'), join(folder, 'taken')]
  await mkdir(taken)
  await writeFile(join(taken, 'file'), '')
  const told = async (path: string): Promise<unknown> =>
    replaceFile(path, 'new').catch((error: unknown) => error)
  expect(await told(absent)).toMatchObject({
    code: 'ENOENT',
    path: absent,
    message: `ENOENT: no such file or directory, open '${absent}'`,
  })
  expect((await told(taken)) as Error).toMatchObject({
    message: expect.stringMatching(/^E\w+: .*, rename '[^']*taken'$/) as string,
  })
  expect(await readdir(folder)).toEqual(['taken'])
})
