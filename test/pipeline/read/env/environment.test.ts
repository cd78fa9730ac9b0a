import { chmod, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadPipeline, type CheckOptions } from '../../../../src/runtime/pipeline/index.js'
import type { Diagnostic } from '../../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../../support/temporary.js'

/** A pipeline whose one node has two variables of the environment as its own. */
const YAML = "name: shop\nnodes:\n  one:\n    env: { A: '${A:-none}', B: '${B:-none}' }\n"

async function project(files: Record<string, string | Uint8Array>, yaml = YAML): Promise<string> {
  const folder = await temporaryFolder()
  await writeFiles(folder, { 'pipeline.yaml': yaml, ...(files as Record<string, string>) })
  return folder
}

/** Environment of the one node. */
async function envOf(folder: string, options: CheckOptions = {}): Promise<Record<string, string>> {
  const plan = await loadPipeline(join(folder, 'pipeline.yaml'), { env: {}, ...options })
  return plan.nodes.one?.env ?? {}
}

/** Codes and places of faults, and everything that is said of them. */
async function faultsOf(folder: string): Promise<{ places: unknown[]; said: string }> {
  const error: unknown = await envOf(folder).catch((each: unknown) => each)
  const { details, message } = error as { details: { faults: Diagnostic[] }; message: string }
  const places = details.faults.map(({ file, line, column, code }) => [
    file.slice(folder.length + 1),
    line,
    column,
    code,
  ])
  return { places, said: JSON.stringify([details, message]) }
}

test('the shell goes before --env-file, and that stands in place of .env', async () => {
  const folder = await project({
    '.env': 'A=usual\nB=usual',
    'a.env': 'A=first\nB=first',
    'b.env': 'A=second',
  })
  const file = (name: string): string => join(folder, name)
  expect(await envOf(folder)).toEqual({ A: 'usual', B: 'usual' })
  expect(await envOf(folder, { env: { A: 'shell', B: undefined } })).toEqual({ A: 'shell', B: 'usual' })
  expect(await envOf(folder, { envFiles: [file('b.env')] })).toEqual({ A: 'second', B: 'none' })
  expect(await envOf(folder, { envFiles: [file('a.env'), file('b.env')] })).toEqual({
    A: 'second',
    B: 'first',
  })
  const both = { env: { A: '' }, envFiles: [file('a.env')] }
  expect(await envOf(folder, both)).toEqual({ A: 'none', B: 'first' })
})

test('a value of a file is no part of the environment of a node that does not name the file', async () => {
  const folder = await project({ '.env': 'A=1\nC=2' })
  expect(await envOf(folder)).toEqual({ A: '1', B: 'none' })
})

test('env_file gives a node its variables; env goes before, and a later file; one may be missing', async () => {
  const yaml =
    "name: shop\nnodes:\n  one:\n    env_file: [a.env, { path: no.env, required: false }, '${WHICH}.env']\n    env: { A: yaml }\n"
  const folder = await project(
    { '.env': 'WHICH=b\nHOME_PAGE=x', 'a.env': 'A=1\nB=1\nC=1', 'b.env': "B=${HOME_PAGE}/${C}\nD='${NO}'" },
    yaml,
  )
  expect(await envOf(folder)).toEqual({ A: 'yaml', B: 'x/1', C: '1', D: '${NO}' })
})

test('placeholders in a file: the shell, then the file itself, then those before it', async () => {
  const folder = await project({
    'a.env': 'X=a\nY=a',
    'b.env': 'X=b\nA="${X} ${Y} ${constructor:-none}"\nB=$${X}',
  })
  const envFiles = [join(folder, 'a.env'), join(folder, 'b.env')]
  expect(await envOf(folder, { envFiles })).toEqual({ A: 'b a none', B: '${X}' })
  expect(await envOf(folder, { envFiles, env: { Y: 'shell' } })).toMatchObject({ A: 'b shell none' })
})

test('each fault of a file has its place, and no value is told', async () => {
  const folder = await project({
    '.env': 'A=ok\nhunter2 line\nB="hunter2\nC=${hunter2}\nD=${hunter2',
  })
  const { places, said } = await faultsOf(folder)
  expect(places).toEqual([
    ['.env', 2, 1, 'DAFFI_ENV_SYNTAX'],
    ['.env', 3, 3, 'DAFFI_ENV_SYNTAX'],
    ['.env', 4, 1, 'DAFFI_MISSING_ENV'],
    ['.env', 5, 1, 'DAFFI_BAD_VALUE'],
  ])
  expect(said).not.toContain('hunter2')
})

test('a value of a file is hidden in faults of the pipeline', async () => {
  const yaml =
    "name: shop\nsources:\n  eye: { kind: camera, device: test, fps: '${FPS}' }\nnodes: { one: {} }\n"
  const { places, said } = await faultsOf(await project({ '.env': 'FPS=hunter2' }, yaml))
  expect(places).toEqual([['pipeline.yaml', 3, 43, 'DAFFI_WRONG_TYPE']])
  expect(said).not.toContain('hunter2')
})

test('a value that placeholders make too large', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `A${index + 1}=\${A${index}}\${A${index}}`)
  const { places } = await faultsOf(await project({ '.env': ['A0=0123456789', ...lines].join('\n') }))
  expect(places[0]).toEqual(['.env', 14, 1, 'DAFFI_BAD_VALUE'])
})

test.each<[string, string | Uint8Array, RegExp]>([
  ['is too large', 'A=1\n'.repeat(20_000), /larger than 65536 bytes/],
  ['is binary', Uint8Array.of(0x41, 0x3d, 0, 0x31), /byte 0 in line 1/],
  ['is not UTF-8', Uint8Array.of(0x41, 0x3d, 0xff, 0x0a), /not text in UTF-8/],
])('a .env that %s', async (_, text, message) => {
  const folder = await project({ '.env': text })
  await expect(envOf(folder)).rejects.toMatchObject({
    code: 'DAFFI_ENV_UNREADABLE',
    exitCode: 2,
    message: expect.stringMatching(message) as string,
  })
})

test('a named file that is not there, and a folder .env, which is no such file', async () => {
  const folder = await project({})
  await mkdir(join(folder, '.env'))
  expect(await envOf(folder)).toEqual({ A: 'none', B: 'none' })
  const missing = envOf(folder, { envFiles: [join(folder, 'no.env')] })
  await expect(missing).rejects.toMatchObject({ code: 'DAFFI_ENV_UNREADABLE' })
})

test('a .env that others can write is refused; a link of ours to one of ours is followed', async () => {
  const folder = await project({ 'dev.env': 'A=dev' })
  await symlink('dev.env', join(folder, '.env'))
  expect(await envOf(folder)).toMatchObject({ A: 'dev' })
  await chmod(join(folder, 'dev.env'), 0o666)
  await expect(envOf(folder)).rejects.toMatchObject({ code: 'DAFFI_NOT_OURS' })
  expect(await envOf(folder, { envFiles: [join(folder, 'dev.env')] })).toMatchObject({ A: 'dev' })
})

test('faults of env_file stand at its key, and in the file', async () => {
  const yaml =
    'name: shop\nnodes:\n  one:\n    env_file: [no.env, open.env, bad.env, big.env, { path: not.env }]\n'
  const big = 'A=1\n'.repeat(20_000)
  const folder = await project({ 'open.env': 'A=1', 'bad.env': 'A=1\nx', 'big.env': big }, yaml)
  await chmod(join(folder, 'open.env'), 0o666)
  expect((await faultsOf(folder)).places).toEqual([
    ['bad.env', 2, 1, 'DAFFI_ENV_SYNTAX'],
    ['pipeline.yaml', 4, 16, 'DAFFI_MISSING_FILE'],
    ['pipeline.yaml', 4, 24, 'DAFFI_NOT_OURS'],
    ['pipeline.yaml', 4, 43, 'DAFFI_ENV_UNREADABLE'],
    ['pipeline.yaml', 4, 60, 'DAFFI_MISSING_FILE'],
  ])
})
