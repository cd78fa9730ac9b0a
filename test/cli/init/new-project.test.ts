import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installedAs } from '../../../src/cli/init/installed-as.js'
import { prepareProject, writeProject } from '../../../src/cli/init/new-project.js'
import { writeAll } from '../../../src/cli/init/write-all.js'
import { coloursFor } from '../../../src/cli/show/colours.js'
import { renderError } from '../../../src/cli/show/errors/render-error.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

test('files that are there stay, and get what they lack', async () => {
  const cwd = await temporaryFolder()
  const own = {
    'package.json': `{\r\n\t"scripts": { "test": "vitest" },\r\n\t"devDependencies": { "typescript": "^5", "daffi": "1.2.3" }\r\n}\r\n`,
    '.gitignore': 'dist\n/node_modules/',
    'tsconfig.json': '{}',
  }
  await writeFiles(cwd, own)
  const files = await prepareProject({ folder: cwd, name: 'shop', source: 'values' })
  expect(Object.fromEntries(files.additions.map(({ file, added }) => [file, added]))).toEqual({
    '.gitignore': ['.daffi'],
    'package.json': ['script start', '@types/node'],
  })
  expect(files.kept).toEqual(['tsconfig.json'])
  await writeProject(cwd, files)
  const read = (file: string): Promise<string> => readFile(join(cwd, file), 'utf8')
  expect(await read('tsconfig.json')).toBe('{}')
  expect(await read('.gitignore')).toBe('dist\n/node_modules/\n.daffi\n')
  expect(await read('package.json')).toMatch(/^\{\r\n\t"scripts": \{\r\n\t\t"test": "vitest",/)
  expect(JSON.parse(await read('package.json'))).toEqual({
    scripts: { test: 'vitest', start: 'daffi up' },
    devDependencies: {
      typescript: '^5',
      daffi: '1.2.3',
      '@types/node': expect.stringMatching(/^\^/) as string,
    },
  })
})

test.each([
  ['callbacks/show_stream.ts', '', /has callbacks\/show_stream.ts already \(DAFFI_FILES_EXIST\)/],
  ['package.json', '[1]', /package.json is there, and holds no object \(DAFFI_FILES_EXIST\)/],
  ['package.json', '{ "scripts": 1', /package.json is there, and cannot be read: .* \(DAFFI_FILES_EXIST\)/],
  ['.gitignore/one', '', /there is a folder in the place of a file \(DAFFI_FOLDER_TAKEN\)/],
  ['package.json', '{ "scripts": [] }', /its scripts are no object \(DAFFI_FILES_EXIST\)/],
])('what collides is named, and nothing is written: %s %s', async (file, text, message) => {
  const cwd = await temporaryFolder()
  await writeFiles(cwd, { [file]: text })
  const init = prepareProject({ folder: cwd, name: 'shop', source: 'camera' })
  await expect(init.then(String, (error: unknown) => renderError(error, coloursFor({})))).resolves.toMatch(
    message,
  )
  expect((await readdir(cwd)).length).toBe(1)
  expect(await readFile(join(cwd, file), 'utf8')).toBe(text)
})

test('a project that cannot be written whole is not written at all', async () => {
  const cwd = await temporaryFolder()
  const own = { 'package.json': '{}', callbacks: 'mine' }
  await writeFiles(cwd, own)
  const folder = join(cwd, 'a/b')
  const nothing = { folder: cwd, name: 'shop', source: 'camera' } as const
  await expect(writeProject(cwd, await prepareProject(nothing))).rejects.toMatchObject({
    code: 'DAFFI_FOLDER_TAKEN',
    message: `nothing can be written into ${join(cwd, 'callbacks')}: there is a file in its place`,
  })
  const created = new Map([
    [join(folder, 'one'), '1'],
    [join(folder, 'c/two'), '2'],
    [join(cwd, 'callbacks/three'), '3'],
  ])
  await expect(writeAll({ created, changed: new Map() })).rejects.toMatchObject({
    code: 'DAFFI_FOLDER_TAKEN',
  })
  const changed = new Map([
    [join(cwd, 'package.json'), '[]'],
    [join(cwd, 'missing'), ''],
  ])
  await expect(writeAll({ created: new Map([[join(folder, 'one'), '1']]), changed })).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect((await readdir(cwd)).sort()).toEqual(Object.keys(own).sort())
  expect(await readFile(join(cwd, 'package.json'), 'utf8')).toBe('{}')
})

test.each([
  ['file:../daffi-0.1.0.tgz', 'file:../../daffi-0.1.0.tgz'],
  ['link:../daffi', 'link:../../daffi'],
  ['./daffi-0.1.0.tgz', 'file:../daffi-0.1.0.tgz'],
  ['^0.1.0', '^0.1.0'],
  ['git+ssh://git@example.com/daffi.git#v1', 'git+ssh://git@example.com/daffi.git#v1'],
  ['workspace:*', 'workspace:*'],
])('a dependency %s of the project is %s in a folder of it', async (named, inFolder) => {
  const cwd = await temporaryFolder()
  await writeFiles(cwd, { 'package.json': JSON.stringify({ devDependencies: { daffi: named } }) })
  expect(await installedAs(join(cwd, 'one'), cwd)).toBe(inFolder)
})
