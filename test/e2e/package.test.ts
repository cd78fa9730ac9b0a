import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runPage } from '../support/pages.js'
import { ROOT } from '../support/paths.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'
import { openNewTerminal } from '../support/terminal.js'

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

/** Pages that the texts of errors name, or other code that prints them. */
async function namedPages(): Promise<string[]> {
  const sources = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((name) =>
    name.endsWith('.ts'),
  )
  const texts = await Promise.all(sources.map((name) => readFile(join(ROOT, 'src', name), 'utf8')))
  return [...new Set(texts.flatMap((text) => text.match(/\bdocs\/[\w-]+\.md\b/g) ?? []))].sort()
}

/** The first ten minutes with daffi: each step as it is written, in a new folder, with the package as npm installs it. */
test('packed and installed, the steps of the first pages are all that is needed', async () => {
  const around = await temporaryFolder()
  const [clone, cwd] = [join(around, 'daffi'), join(around, 'first')]
  await mkdir(clone)
  await mkdir(cwd)
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', clone], { cwd: ROOT })
  const [{ files } = { files: [] }] = JSON.parse(packed.stdout) as { files: { path: string }[] }[]
  const paths = files.map(({ path }) => path)
  expect([...new Set(paths.map((path) => path.replace(/\/.*/, '')))].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'bin',
    'dist',
    'docs',
    'oclif.manifest.json',
    'package.json',
    'pipelines',
    'schema',
    'templates',
  ])
  expect(await deadLinks(paths)).toEqual([])
  const named = await namedPages()
  expect(named).toContain('docs/pipeline.md')
  expect(named.filter((page) => !paths.includes(page))).toEqual([])

  const terminal = await openNewTerminal(cwd, join(around, 'programs'))
  await runPage('README.md', terminal)
  expect(await readdir(join(cwd, 'node_modules'))).not.toContain('typescript')
  const { dependencies } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as {
    dependencies: { daffi: string }
  }
  expect(dependencies.daffi).toMatch(/^file:\.\.\/daffi\/daffi-[\d.]+\.tgz$/)
  for (const page of ['docs/getting-started.md', 'docs/streams.md', 'docs/calls.md'])
    await runPage(page, terminal)

  const [version, noTest] = ['daffi --version', 'daffi test sum.yaml'].map((line) =>
    terminal.type(`npx ${line}`),
  )
  expect((await version?.exited)?.stdout).toMatch(/^daffi\/\d+\.\d+\.\d+ /)
  expect((await noTest?.exited)?.all).toContain('see node_modules/daffi/docs/testing.md.')
  // The project with its own settings, and besides them all declarations. How Node finds these, check:package tells.
  await writeFiles(cwd, { 'callbacks/types.mts': types })
  await execa(join(cwd, 'node_modules/.bin/tsc'), ['--skipLibCheck', 'false'], { cwd })
})
