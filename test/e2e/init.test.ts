import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { ROOT } from '../support/paths.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'

/** Links the packages that npm install would install. */
async function install(project: string): Promise<void> {
  const packages = join(project, 'node_modules')
  await mkdir(join(packages, '@types'), { recursive: true })
  await symlink(ROOT, join(packages, 'daffi'), 'junction')
  await symlink(join(ROOT, 'node_modules/@types/node'), join(packages, '@types/node'), 'junction')
}

test.each([
  ['camera', 'show_stream', ['--duration', '1s']],
  ['values', 'process_value', []],
])('a new project for %s lints, compiles, runs, and passes its test', async (source, call, flags) => {
  const folder = await temporaryFolder()
  const cwd = join(folder, 'my shop')
  const init = await runDaffi(['init', 'my shop', '--source', source, '--json'], { cwd: folder })
  expect(init.exitCode, init.stdout).toBe(0)
  const { files, ...project } = JSON.parse(init.stdout) as { files: string[] }
  expect(project).toEqual({ folder: cwd, name: 'my-shop', source })
  expect(files).toEqual(
    expect.arrayContaining(['.gitignore', 'package.json', 'pipeline.yaml', `callbacks/${call}.ts`]),
  )
  const { dependencies } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as {
    dependencies: { daffi: string }
  }
  expect(join(cwd, dependencies.daffi.replace('file:', ''), '/')).toBe(ROOT)

  await install(cwd)
  const [lint, up, tests] = await Promise.all([
    runDaffi(['lint'], { cwd }),
    runDaffi(['up', '--json', ...flags], { cwd }),
    runDaffi(['test'], { cwd }),
    execa(join(ROOT, 'node_modules/.bin/tsc'), { cwd }),
  ])
  expect([lint.exitCode, lint.stdout]).toEqual([0, 'ok'])
  const { pipeline, streams } = JSON.parse(up.stdout) as PipelineResult
  expect(up.exitCode, up.stderr).toBe(0)
  expect(pipeline).toBe('my-shop')
  expect(streams).toMatchObject([
    { call, error: null, receivers: { process2: { lost: 0 }, process3: { lost: 0 } } },
  ])
  expect(tests.stdout).toMatch(/^1 test passed, 0 failed$/m)
})

test('nothing that is there is overwritten, and nothing written beside it', async () => {
  const cwd = await temporaryFolder()
  await writeFiles(cwd, { 'package.json': '{}', 'callbacks/show_stream.ts': '' })
  const { exitCode, stderr } = await runDaffi(['init', '--yes'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/has package.json, callbacks\/show_stream.ts already \(DAFFI_FILES_EXIST\)/)
  expect((await readdir(cwd)).sort()).toEqual(['callbacks', 'package.json'])
  expect(await readFile(join(cwd, 'package.json'), 'utf8')).toBe('{}')
})
