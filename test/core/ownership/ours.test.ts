import { chmod, chown, lchown, mkdir, readdir, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  assertOurs,
  faultOf,
  faultOnTheWay,
  privateFolder,
} from '../../../src/runtime/core/ownership/ours.js'
import { isOurPrivateFolder, type Ownership } from '../../../src/runtime/core/ownership/owner.js'
import { temporaryFolder } from '../../support/temporary.js'

const IS_ROOT = process.getuid?.() === 0
/** The user of the tests that make up what the system tells. */
const ME = 1000
const STRANGER = 65_534
/** Linux's usual group `users`, which is nobody's own. */
const SHARED_GROUP = 100

function stats(of: Partial<Record<'uid' | 'gid' | 'mode', number>>, kind = 'folder'): Ownership {
  return {
    ...{ uid: ME, gid: ME, mode: 0o755, ...of },
    isSymbolicLink: () => kind === 'link',
    isDirectory: () => kind === 'folder',
  }
}

test.each([
  ['a folder of ours', stats({}), undefined],
  ["a folder of root's", stats({ uid: 0, gid: 0 }), undefined],
  ['a folder that our own group may write to, as with umask 002', stats({ mode: 0o775 }), undefined],
  ["a folder that root's group may write to", stats({ uid: 0, gid: 0, mode: 0o775 }), undefined],
  ['a sticky folder of everybody', stats({ uid: 0, mode: 0o1777 }), undefined],
  ['a file of ours', stats({ mode: 0o644 }, 'file'), undefined],
  ["another's folder", stats({ uid: STRANGER }), 'belongs to another user (uid 65534)'],
  ["another's file", stats({ uid: STRANGER }, 'file'), 'belongs to another user (uid 65534)'],
  ['a folder of everybody', stats({ mode: 0o757 }), 'can be written by every user'],
  [
    'a folder of another group',
    stats({ gid: SHARED_GROUP, mode: 0o775 }),
    'can be written by every user of group 100',
  ],
  ['a file of everybody', stats({ mode: 0o1646 }, 'file'), 'can be written by every user'],
  ['a link', stats({ mode: 0o777 }, 'link'), 'is a link'],
])('%s', (_, ownership, reason) => {
  vi.spyOn(process, 'getuid').mockReturnValue(ME)
  vi.spyOn(process, 'getgid').mockReturnValue(ME)
  onTestFinished(() => void vi.restoreAllMocks())
  expect(faultOf('/a/path', ownership)?.reason).toBe(reason)
})

test('an error names the path, the cause and the next step', async () => {
  const folder = await temporaryFolder()
  await chmod(folder, 0o777)
  expect(() => assertOurs(folder)).toThrow(
    expect.objectContaining({
      code: 'DAFFI_NOT_OURS',
      message: `${folder} can be written by every user`,
      next: `Take that right away: chmod go-w ${folder}`,
      details: { path: folder },
    }),
  )
})

test('the way leads through links, and every folder on it is looked at', async () => {
  const root = await realpath(await temporaryFolder())
  await mkdir(join(root, 'store', 'package'), { recursive: true })
  await writeFile(join(root, 'store', 'package', 'program'), '')
  await mkdir(join(root, 'project', 'node_modules'), { recursive: true })
  await symlink('../store', join(root, 'project', 'links'))
  await symlink('../links/package', join(root, 'project', 'node_modules', 'package'))
  const project = join(root, 'project')
  const file = join(project, 'node_modules', 'package', 'program')
  expect(faultOnTheWay(file, project)).toBeUndefined()
  expect(faultOnTheWay(file)).toBeUndefined()
  for (const path of ['store', 'store/package', 'store/package/program', 'project/node_modules']) {
    const { mode } = await stat(join(root, path))
    await chmod(join(root, path), 0o777)
    expect(faultOnTheWay(file, project)).toMatchObject({ path: join(root, path) })
    await chmod(join(root, path), mode)
  }
})

test('links that lead to each other end', async () => {
  const folder = await temporaryFolder()
  await symlink('b', join(folder, 'a'))
  await symlink('a', join(folder, 'b'))
  expect(faultOnTheWay(join(folder, 'a'), folder)).toMatchObject({ reason: 'is a link' })
})

test('a private folder is made, and one that was open is closed', async () => {
  const folder = join(await temporaryFolder(), 'own')
  expect(isOurPrivateFolder(folder)).toBe(false)
  expect(await privateFolder(folder)).toBe(true)
  expect(await privateFolder(folder)).toBe(true)
  await chmod(folder, 0o777)
  expect(isOurPrivateFolder(folder)).toBe(false)
  expect(await privateFolder(folder)).toBe(false)
  expect((await stat(folder)).mode & 0o7777).toBe(0o700)
  expect(isOurPrivateFolder(folder)).toBe(true)
})

test('a link in the place of a private folder is refused, and its target stays as it is', async () => {
  const root = await temporaryFolder()
  await mkdir(join(root, 'target'), { mode: 0o755 })
  await symlink('target', join(root, 'own'))
  await expect(privateFolder(join(root, 'own'))).rejects.toMatchObject({
    code: 'DAFFI_NOT_OURS',
    message: `${join(root, 'own')} is a link`,
  })
  expect((await stat(join(root, 'target'))).mode & 0o777).toBe(0o755)
  expect(await readdir(join(root, 'target'))).toEqual([])
})

test.skipIf(!IS_ROOT)("another's folder stays as it is, also for root", async () => {
  const folder = join(await temporaryFolder(), 'theirs')
  await mkdir(folder, { mode: 0o755 })
  await chown(folder, STRANGER, STRANGER)
  await expect(privateFolder(folder)).rejects.toMatchObject({
    code: 'DAFFI_NOT_OURS',
    message: `${folder} belongs to another user (uid 65534)`,
    next: `Run daffi as that user, without sudo (in a container: --user 65534), or give it to this user: chown -R 0 ${folder}`,
  })
  expect((await stat(folder)).mode & 0o777).toBe(0o755)
})

test.skipIf(!IS_ROOT)("a link of another user's is not followed", async () => {
  const root = await temporaryFolder()
  await writeFile(join(root, 'program'), '')
  await symlink('program', join(root, 'link'))
  await lchown(join(root, 'link'), STRANGER, STRANGER)
  expect(faultOnTheWay(join(root, 'link'), root)).toMatchObject({ path: join(root, 'link') })
})
