import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Plan } from '../../../src/runtime/core/plan/plan.js'
import { loadPipeline, type CheckOptions, type Diagnostic } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

const BASE = `name: shop
defaults: { timeout: 5s }
x-worker: &worker { restart: always, env: { A: a, B: b } }
sources:
  eye: { kind: camera, device: test, size: 320x240 }
nodes:
  one:
    calls:
      - { call: show, source: eye, modifier: STREAM }
  two:
    <<: *worker
    callbacks: [show]
`

/** Loads YAML texts as files that are merged, each over those before it. */
async function load(texts: string[], options: CheckOptions = {}): Promise<Plan> {
  const folder = await temporaryFolder()
  const names = texts.map((_, index) => `${'abc'.charAt(index)}.yaml`)
  await writeFiles(folder, {
    'callbacks/show.ts': 'export default (frame: unknown) => frame\n',
    'clip.mp4': '',
    ...Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])),
  })
  const [file = '', ...overrides] = names.map((name) => join(folder, name))
  return loadPipeline(file, { env: {}, overrides, ...options })
}

/** File, line, column, code and message of each fault. */
async function faultsOf(texts: string[], options: CheckOptions = {}): Promise<unknown[]> {
  const error: unknown = await load(texts, options).catch((each: unknown) => each)
  const { details } = error as { details: { faults: Diagnostic[] } }
  return details.faults.map(({ file, line, column, code, message }) => [
    file.slice(-6),
    line,
    column,
    code,
    message,
  ])
}

test('mappings are merged key by key, also what anchors put into them; lists and values are replaced', async () => {
  const plan = await load([
    BASE,
    `nodes:\n  two: { callbacks: [], env: { B: over }, replicas: 2 }\n  three: { callbacks: [show] }\n`,
    `defaults: { grace: 1s }\nnodes: { two: { env: { C: c } } }\nsources: { eye: { fps: 5 } }\n`,
  ])
  expect(Object.keys(plan.nodes)).toEqual(['one', 'two-1', 'two-2', 'three'])
  expect(plan.nodes['two-1']).toMatchObject({ restart: { policy: 'always' }, callbacks: [], graceMs: 1000 })
  expect(plan.nodes['two-1']?.env).toEqual({ A: 'a', B: 'over', C: 'c' })
  expect(plan.sources.eye).toMatchObject({ kind: 'camera', fps: 5, size: { width: 320, height: 240 } })
  expect(plan.read.map((file) => file.slice(-6))).toEqual(['a.yaml', 'b.yaml', 'c.yaml', expect.any(String)])
})

test('a source of another kind takes the place of the one before', async () => {
  const clip = 'sources: { eye: { kind: file, path: clip.mp4 } }\n'
  expect((await load([BASE, clip])).sources.eye).toMatchObject({ kind: 'file', size: undefined })
  const { sources } = await load([BASE, clip, 'sources: { eye: { fps: 5 } }\n'])
  expect(sources.eye).toMatchObject({ kind: 'file', fps: 5, size: undefined })
  const view = 'sources: { eye: { kind: camera, device: test }, small: { view_of: eye } }\n'
  const small = 'sources: { small: { kind: file, path: clip.mp4 } }\n'
  expect((await load([BASE, view, small])).sources.small).toMatchObject({ kind: 'file' })
})

test('each fault stands in the file that it is made in', async () => {
  const over = `nodes:
  one: { calls: [{ call: shw, source: eye, modifier: STREAM }] }
  two: { replicas: few, env: 5 }
`
  expect(
    await faultsOf([BASE.replace('size: 320x240', 'size: big'), over, 'bogus: 1\nnodes: { six: {} }\n']),
  ).toEqual([
    ['a.yaml', 5, 44, 'DAFFI_BAD_VALUE', expect.stringContaining('size: "big"')],
    ['b.yaml', 2, 26, 'DAFFI_UNKNOWN_CALLBACK', expect.stringContaining('no node offers shw')],
    ['b.yaml', 3, 20, 'DAFFI_WRONG_TYPE', expect.stringContaining('replicas')],
    ['b.yaml', 3, 30, 'DAFFI_WRONG_TYPE', expect.stringContaining('env')],
    ['c.yaml', 1, 1, 'DAFFI_UNKNOWN_KEY', expect.stringContaining('bogus')],
  ])
})

test('a missing key is told where what lacks it began', async () => {
  const over = 'sources: { eye: { fps: 5 }, new: { size: 5x5 } }\nnodes: {}\n'
  expect(await faultsOf(['nodes:\n  one: {}\nsources:\n  eye: { device: test }\n', over])).toEqual([
    ['a.yaml', 1, 1, 'DAFFI_MISSING_KEY', 'name is missing'],
    ['a.yaml', 4, 3, 'DAFFI_MISSING_KEY', 'kind is missing'],
    ['b.yaml', 1, 29, 'DAFFI_MISSING_KEY', 'kind is missing'],
  ])
})

test('mistakes in the YAML of all files are told at once', async () => {
  expect(await faultsOf(['name: [\n', 'a: *no\n', ''])).toEqual([
    ['a.yaml', 2, 1, 'DAFFI_YAML_SYNTAX', expect.any(String)],
    ['b.yaml', 1, 4, 'DAFFI_YAML_SYNTAX', 'there is no anchor &no before this alias'],
    ['c.yaml', 1, 1, 'DAFFI_WRONG_TYPE', 'the file is empty'],
  ])
})

test('a variable that is not set is told in each file, also where another replaces the value', async () => {
  expect(await faultsOf(["name: '${ONE}'\nnodes: { one: {} }\n", "name: 'x${TWO}'\n"])).toEqual([
    ['a.yaml', 1, 7, 'DAFFI_MISSING_ENV', 'environment variable ONE is not set'],
    ['b.yaml', 1, 7, 'DAFFI_MISSING_ENV', 'environment variable TWO is not set'],
  ])
})

const PROFILES = `name: shop
nodes:
  one: { calls: [{ call: show, args: [1], wait_for: [two] }] }
  two: { callbacks: [show], profiles: [live, test] }
  three: { callbacks: [show], profiles: [debug], replicas: 2 }
`

test('nodes take part without profiles, with an active one, and when they are named', async () => {
  const nodes = async (options: CheckOptions) => Object.keys((await load([PROFILES], options)).nodes)
  expect(await nodes({ profiles: ['test'] })).toEqual(['one', 'two'])
  expect(await nodes({ profiles: ['live', 'debug'] })).toEqual(['one', 'two', 'three-1', 'three-2'])
  expect(await nodes({ profiles: ['*'] })).toEqual(['one', 'two', 'three-1', 'three-2'])
  expect(await nodes({ profiles: ['live'], nodes: ['three-2'] })).toEqual([
    'one',
    'two',
    'three-1',
    'three-2',
  ])
})

test('what needs a node that does not take part is at fault, and says which profiles it has', async () => {
  const why = 'two does not take part: no profile of it is active (--profile live or --profile test)'
  expect(await faultsOf([PROFILES])).toEqual([
    ['a.yaml', 3, 26, 'DAFFI_UNKNOWN_CALLBACK', `no node offers show; ${why}`],
    ['a.yaml', 3, 54, 'DAFFI_UNKNOWN_NODE', why],
  ])
})

test('faults in nodes that do not take part are told, too', async () => {
  expect(
    await faultsOf([PROFILES.replace('profiles: [debug]', 'profiles: [debug], depends_on: [six]')], {
      profiles: ['live'],
    }),
  ).toEqual([['a.yaml', 5, 63, 'DAFFI_UNKNOWN_NODE', expect.stringContaining('there is no node six')]])
})

test('profiles that no node has, and none of those that all have', async () => {
  await expect(load([PROFILES], { profiles: ['debgu'] })).rejects.toMatchObject({
    code: 'DAFFI_UNKNOWN_PROFILE',
    exitCode: 2,
    message: 'no node has the profile debgu; profiles: debug, live, test',
    next: 'Did you mean debug?',
  })
  await expect(load(['name: a\nnodes: { one: { profiles: [x] } }\n'])).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
    next: 'Name one with --profile: x.',
  })
})
