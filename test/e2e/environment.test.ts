import { spawnSync } from 'node:child_process'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { BIN } from '../support/paths.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'

test('a run gets its files, its values and its profiles from the command line, and nodes their own', async () => {
  const cwd = await temporaryFolder()
  await writeFiles(cwd, {
    'package.json': '{}',
    'callbacks/tell.ts':
      "export default (who: string) => `${who} ${['A', 'B', 'C', 'D'].map((name) => process.env[name] ?? '-').join(' ')}`\n",
    'shop.yaml': `name: shop
nodes:
  one: { calls: [{ call: tell, args: ['\${WHO}'] }] }
  two: { callbacks: [tell], profiles: [live], env_file: two.env, env: { B: '\${B:-usual}' } }
`,
    'over.yaml': "nodes: { two: { env: { C: '${C}' } } }\n",
    '.env': 'WHO=nobody\n',
    'prod.env': 'export WHO="the till" # said below\nC=prod\nD=prod\n',
    'two.env': 'A=file\nB=file\n',
  })
  const files = ['-f', 'shop.yaml', '-f', 'over.yaml', '--env-file', 'prod.env', '--profile', 'live']
  const { stdout, exitCode } = await runDaffi(['up', ...files, '--json'], { cwd, env: { C: 'shell' } })
  expect(exitCode).toBe(0)
  const { nodes, calls } = JSON.parse(stdout) as { nodes: object; calls: { value: string }[] }
  expect(Object.keys(nodes)).toEqual(['one', 'two'])
  expect(calls).toMatchObject([{ value: 'the till file usual shell -' }])

  const refused = await runDaffi(['config', 'shop.yaml', '--profile', 'life', '--json'], { cwd })
  expect(refused.exitCode).toBe(2)
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'DAFFI_UNKNOWN_PROFILE', next: 'Did you mean live?' },
  })
})

/** A user of whom the system knows nothing, as `docker run --user` makes one. */
const UNKNOWN = ['--map-user=12345', '--map-group=12345']

test.skipIf(spawnSync('unshare', [...UNKNOWN, 'true']).status !== 0).each([{}, { HOME: '/' }])(
  'commands work for a user whom the system does not know, with %j',
  async (home) => {
    const cwd = await temporaryFolder()
    await writeFiles(cwd, {
      'package.json': '{}',
      'callbacks/home.ts': 'export default () => `${process.getuid?.()} ${process.env.HOME}`\n',
      'shop.yaml': 'name: shop\nnodes: { one: { callbacks: [home], calls: [{ call: home }] } }\n',
    })
    const { PATH, XDG_CACHE_HOME } = process.env
    const env = { PATH, XDG_CACHE_HOME, DAFFI_TEST_FOLDER: cwd, ...home }
    const run = (...args: string[]) =>
      execa('unshare', [...UNKNOWN, process.execPath, BIN, ...args], {
        cwd,
        env,
        extendEnv: false,
        reject: false,
      })
    expect((await run('--version')).stdout).toMatch(/^daffi\//)
    const { exitCode, stdout } = await run('up', 'shop.yaml', '--json')
    expect(exitCode, stdout).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ calls: [{ value: '12345 /', error: null }] })
  },
)
