import { execa } from 'execa'
import { expect, test } from 'vitest'
import { fixture, ROOT } from '../support/paths.js'

async function packagesOf(module: string): Promise<string[]> {
  const { stdout } = await execa(
    process.execPath,
    [fixture('loaded-packages.mjs'), `${ROOT}dist/${module}`],
    {
      // The program of a node has a pipe to its supervisor.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  )
  return JSON.parse(stdout) as string[]
}

const HEAVY = ['@oclif/core', 'yaml', 'zod', '@babel/parser', 'jiti', 'tar', 'ssri', 'execa', 'cli-progress']

test.each(['runtime/node/child/entry.js', 'runtime/index.js', 'runtime/library.js'])(
  '%s comes up without what it may never need',
  async (module) => {
    const packages = await packagesOf(module)
    expect(packages).toContain('@nats-io/transport-node')
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([])
  },
)

test('the heartbeat of each node needs no JetStream, which would be in memory a second time', async () => {
  const packages = await packagesOf('runtime/call/presence/heartbeat-worker.js')
  expect(packages).toContain('@nats-io/transport-node')
  expect(packages).not.toContain('@nats-io/jetstream')
})

test('the loader of the programs comes up with nothing else', async () => {
  expect(await packagesOf('runtime/core/program/load.js')).toEqual([])
})

test('the command line starts without the runtime', async () => {
  const packages = await packagesOf('cli/main.js')
  expect(packages).toContain('@oclif/core')
  expect(packages.filter((name) => name.startsWith('@nats-io'))).toEqual([])
})
