import { readdir, readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ROOT } from '../support/paths.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'

const program = `
import { Global, FG } from 'daffi'
const g = await Global.connect({ initController: true, processName: 'one', callbacks: { add: (a, b) => a + b } })
console.log(await g.call.add(1, 2).with(FG({ timeout: '10s' })))
await g.close()
`

const types = `
import { Global, STREAM, type Frame, type StreamSummary } from 'daffi'
import { startPipeline } from 'daffi/testing'
export async function show(frames: AsyncIterable<Frame>): Promise<StreamSummary> {
  const g = await Global.connect<{ show: (frame: Frame) => void }>()
  return g.call.show(frames).with(STREAM)
}
export async function sum(): Promise<number> {
  const pipeline = await startPipeline<{ add: (a: number, b: number) => number }>('pipeline.yaml', {
    sources: { camera: { kind: 'camera', device: 'test', frames: 3 } },
    mocks: { note: { returns: 'ok' } },
  })
  return pipeline.g.call.add(1, 2)
}
`

const pipeline = `
name: sum
nodes:
  one: { callbacks: [add] }
  two:
    calls: [{ call: add, args: [1, 2], wait_for: [one] }]
`

/** Links of the packed pages to files that are not packed, or to headings that do not exist. */
async function deadLinks(packed: string[]): Promise<string[]> {
  const pages = packed.filter((path) => path.endsWith('.md'))
  const texts = new Map<string, string>()
  for (const page of pages) texts.set(page, await readFile(join(ROOT, page), 'utf8'))
  return pages.flatMap((page) =>
    [...(texts.get(page) ?? '').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)]
      .filter(([, path = '', heading]) => {
        const target = path === '' ? page : normalize(join(dirname(page), path))
        const anchors = [...(texts.get(target) ?? '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          anchor(title),
        )
        return !packed.includes(target) || (heading !== undefined && !anchors.includes(heading))
      })
      .map(([link]) => `${page}: ${link}`),
  )
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

test('packed and installed elsewhere, the library and the command work without the packages of development', async () => {
  const cwd = await temporaryFolder()
  const run = (file: string, ...args: string[]) =>
    execa(file, args, { cwd, env: { NODE_ENV: '' }, stdin: 'ignore' })
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', cwd], { cwd: ROOT })
  const [{ filename, files } = { filename: '', files: [] }] = JSON.parse(packed.stdout) as {
    filename: string
    files: { path: string }[]
  }[]
  const folders = new Set(files.map(({ path }) => path.replace(/\/.*/, '')))
  expect([...folders].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'bin',
    'dist',
    'docs',
    'oclif.manifest.json',
    'package.json',
    'schema',
    'templates',
  ])
  expect(await deadLinks(files.map(({ path }) => path))).toEqual([])

  await writeFiles(cwd, {
    'package.json': '{ "type": "module" }',
    'program.js': program,
    'types.ts': types,
    'pipeline.yaml': pipeline,
    'callbacks/add.ts': 'export default (a: number, b: number): number => a + b',
  })
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(cwd, filename))
  expect(await readdir(join(cwd, 'node_modules'))).not.toContain('typescript')

  expect((await run('npx', 'daffi', '--version')).stdout).toMatch(/^daffi\/\d+\.\d+\.\d+ /)
  expect((await run('node', 'program.js')).stdout).toBe('3')
  const up = await run('npx', 'daffi', 'up', '--json')
  expect(JSON.parse(up.stdout)).toMatchObject({ calls: [{ call: 'add', value: 3, error: null }] })
  // A TypeScript program for Node has types of its own, which go before old ones that a dependency of ffmpeg-static brings.
  await rm(join(cwd, 'node_modules/@types'), { recursive: true, force: true })
  await symlink(join(ROOT, 'node_modules/@types'), join(cwd, 'node_modules/@types'))
  const options = ['--strict', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable', '--types', 'node']
  await run(join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', ...options, 'types.ts')
})
