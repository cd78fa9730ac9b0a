import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { ROOT } from '../support/paths.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'

interface InitResult {
  files: string[]
  additions: Record<string, string[]>
  kept: string[]
}

/** Links the packages that npm install would install. */
async function install(project: string): Promise<void> {
  const packages = join(project, 'node_modules')
  await mkdir(join(packages, '@types'), { recursive: true })
  await symlink(ROOT, join(packages, 'daffi'), 'junction')
  await symlink(join(ROOT, 'node_modules/@types/node'), join(packages, '@types/node'), 'junction')
}

/** A package.json as `npm init -y` writes it; `type` is npm's choice since its version 11. */
const NPM_INIT = {
  name: 'my-shop',
  main: 'index.js',
  scripts: { test: 'echo "Error: no test specified" && exit 1' },
  type: 'commonjs',
}

test.each([
  ['camera', 'show_stream', ['--duration', '1s'], {}],
  ['values', 'process_value', [], NPM_INIT],
])('a new project for %s lints, compiles, runs, and passes its test', async (source, call, flags, before) => {
  const folder = await temporaryFolder()
  const cwd = join(folder, 'my shop')
  if (before === NPM_INIT) await writeFiles(cwd, { 'package.json': JSON.stringify(before) })
  const init = await runDaffi(['init', 'my shop', '--source', source, '--json'], { cwd: folder })
  expect(init.exitCode, init.stdout).toBe(0)
  const { files, additions, kept, ...project } = JSON.parse(init.stdout) as InitResult
  expect(project).toEqual({ folder: cwd, name: 'my-shop', source })
  expect(files).toEqual(expect.arrayContaining(['.gitignore', 'pipeline.yaml', `callbacks/${call}.ts`]))
  expect(kept).toEqual([])
  expect(additions).toEqual(
    before === NPM_INIT
      ? { 'package.json': ['script start', 'script test', 'daffi', '@types/node', 'typescript'] }
      : {},
  )
  const manifest = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as typeof NPM_INIT & {
    dependencies: { daffi: string }
  }
  expect(manifest).toMatchObject({ ...before, scripts: { start: 'daffi up', test: 'daffi test' } })
  expect(join(cwd, manifest.dependencies.daffi.replace('file:', ''), '/')).toBe(ROOT)

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
