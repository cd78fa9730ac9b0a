import { relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject, writeFiles } from '../support/temporary.js'

const GOOD = 'name: shop\nnodes:\n  one: { callbacks: [add] }\n'
const BAD = 'name: shop\nnodes:\n  one: { callbacks: [ad], replcas: 2 }\n'
const ADD =
  'throw new Error("this module is not to be run")\nexport const add = (a: number, b: number) => a + b\n'

function project() {
  return temporaryProject({ 'good.yaml': GOOD, 'bad.yaml': BAD, 'callbacks/maths.ts': ADD })
}

test('a pipeline without fault', async () => {
  const { exitCode, stdout, stderr } = await runDaffi(['lint', 'good.yaml'], { cwd: await project() })
  expect([exitCode, stdout, stderr]).toEqual([0, 'ok', ''])
})

test('faults, for a person', async () => {
  const { exitCode, stdout } = await runDaffi(['lint', 'bad.yaml', 'good.yaml'], { cwd: await project() })
  expect(exitCode).toBe(78)
  expect(stdout).toBe(`bad.yaml:3:22 DAFFI_UNKNOWN_CALLBACK nodes.one.callbacks[0]
  no module offers a callback ad; callbacks: add; did you mean add?

      1 | name: shop
      2 | nodes:
    > 3 |   one: { callbacks: [ad], replcas: 2 }
        |                      ^^
      4 |

bad.yaml:3:27 DAFFI_UNKNOWN_KEY nodes.one.replcas
  unknown key "replcas"; known here: calls, callbacks, replicas, restart, log_level, on_failure, health, stop_timeout, grace, env, env_file, profiles, depends_on; did you mean replicas?

      1 | name: shop
      2 | nodes:
    > 3 |   one: { callbacks: [ad], replcas: 2 }
        |                           ^^^^^^^
      4 |

2 faults in 2 files`)
})

test('faults, as JSON and nothing else', async () => {
  const { exitCode, stdout } = await runDaffi(['lint', 'bad.yaml', '--json'], { cwd: await project() })
  expect(exitCode).toBe(78)
  expect(JSON.parse(stdout)).toEqual({
    files: 1,
    faults: [
      {
        file: 'bad.yaml',
        line: 3,
        column: 22,
        path: 'nodes.one.callbacks[0]',
        code: 'DAFFI_UNKNOWN_CALLBACK',
        message: 'no module offers a callback ad; callbacks: add',
        suggestion: 'add',
      },
      {
        file: 'bad.yaml',
        line: 3,
        column: 27,
        path: 'nodes.one.replcas',
        code: 'DAFFI_UNKNOWN_KEY',
        message:
          'unknown key "replcas"; known here: calls, callbacks, replicas, restart, log_level, on_failure, health, stop_timeout, grace, env, env_file, profiles, depends_on',
        suggestion: 'replicas',
      },
    ],
  })
})

test('no faults, as JSON', async () => {
  const { exitCode, stdout } = await runDaffi(['lint', 'good.yaml', '--json'], { cwd: await project() })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ files: 1, faults: [] })
})

test('the pipeline that is meant without a name', async () => {
  const options = { cwd: await project(), env: { DAFFI_PIPELINE: 'good.yaml' } }
  expect((await runDaffi(['lint'], options)).stdout).toBe('ok')
})

test('files with -f, which are merged', async () => {
  const cwd = await project()
  await writeFiles(cwd, { 'over.yaml': 'nodes:\n  one: { replcas: 2 }\n' })
  const { stdout } = await runDaffi(['lint', '-f', 'good.yaml', '--file', 'over.yaml'], { cwd })
  expect(stdout).toMatch(/^over\.yaml:2:10 DAFFI_UNKNOWN_KEY[^]*^1 fault in 2 files$/m)
  expect((await runDaffi(['lint', '-f', 'good.yaml', './good.yaml'], { cwd })).stdout).toBe('ok')
})

test('a file that is not there', async () => {
  const { exitCode, stdout } = await runDaffi(['lint', 'no.yaml', '--json'], { cwd: await project() })
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_PIPELINE_NOT_FOUND' } })
})

test('up refuses a faulty pipeline with the same faults', async () => {
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'bad.yaml'], { cwd: await project() })
  expect([exitCode, stdout]).toEqual([78, ''])
  expect(stderr).toContain('bad.yaml:3:22 DAFFI_UNKNOWN_CALLBACK')
  expect(stderr).toContain('has 2 faults')
  expect(stderr).not.toContain('    at ')
})

test('lint and up list the faults of a pipeline and its modules in the same order, whatever paths they show', async () => {
  const cwd = await temporaryProject({
    'bad.yaml': BAD.replace('shop', 'sh op'),
    'callbacks/broken.ts': 'export default (n => {\n',
  })
  const placesOf = (faults: { file: string; line: number; column: number }[]) =>
    faults.map(({ file, line, column }) => `${relative(cwd, resolve(cwd, file))}:${line}:${column}`)
  const [lint, up] = await Promise.all(
    ['lint', 'up'].map((command) => runDaffi([command, 'bad.yaml', '--json'], { cwd })),
  )
  const inLint = (JSON.parse(lint?.stdout ?? '') as { faults: Parameters<typeof placesOf>[0] }).faults
  const { error } = JSON.parse(up?.stdout ?? '') as { error: { faults: typeof inLint } }
  expect(placesOf(inLint)).toEqual(placesOf(error.faults))
  expect(placesOf(inLint)).toEqual([
    'bad.yaml:1:7',
    'bad.yaml:3:22',
    'bad.yaml:3:27',
    'callbacks/broken.ts:2:1',
  ])
})
