import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { startDaffi } from '../support/daffi.js'
import { BIN } from '../support/paths.js'
import { temporaryFolder, temporaryProject } from '../support/temporary.js'
import { CAN_UNSHARE, daffiElsewhere } from '../support/unshare.js'

/** One node that streams ten numbers to itself, durably. */
const FILES = {
  'pipeline.yaml': `
name: ledger
callbacks: ./callbacks
sources:
  numbers: { kind: module, module: ./numbers.ts }
nodes:
  worker:
    callbacks: [book]
    calls:
      - { call: book, source: numbers, modifier: { STREAM: { delivery: durable } } }
`,
  'numbers.ts': 'export default function* numbers() { for (let n = 0; n < 10; n++) yield n }\n',
  'callbacks/book.ts': 'export default function book(_n: number): void {}\n',
}

const refused = (code: string, message: RegExp): object => ({
  exitCode: 1,
  value: { error: { code, message: expect.stringMatching(message) as string } },
})

test.skipIf(!CAN_UNSHARE)('a folder .daffi that cannot be written is told of as what it is', async () => {
  const cwd = await temporaryProject(FILES)
  await mkdir(join(cwd, '.daffi'))
  const up = (prepare: string) => daffiElsewhere(['up', 'pipeline.yaml'], { cwd, namespaces: 'm', prepare })
  expect(await up('mount -t tmpfs -o ro none .daffi')).toMatchObject(
    refused('DAFFI_FOLDER_READ_ONLY', /mounted read-only/),
  )
  const store = 'mkdir -m 700 .daffi/jetstream; mount -t tmpfs -o ro none .daffi/jetstream'
  expect(await up(store)).toMatchObject(
    refused('DAFFI_FOLDER_READ_ONLY', /\.daffi\/jetstream: .*mounted read-only/),
  )
  const full = 'mount -t tmpfs -o size=64k none .daffi; dd if=/dev/zero of=.daffi/junk 2>/dev/null || true'
  expect(await up(full)).toMatchObject(refused('DAFFI_FOLDER_FULL', /its disk is full/))
  const fullCache = `mkdir -p .daffi/cache; chmod 700 .daffi; mount -t tmpfs -o size=4k none .daffi/cache
    dd if=/dev/zero of=.daffi/cache/junk 2>/dev/null || true`
  expect(JSON.stringify((await up(fullCache)).value)).toMatch(/DAFFI_FOLDER_FULL.*\.daffi\/cache/)
})

test.skipIf(!CAN_UNSHARE)(
  'a project that is mounted read-only is told of, also before it has a .daffi',
  async () => {
    const cwd = await temporaryProject(FILES)
    const prepare = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD"'
    const readOnly = (...args: string[]) => daffiElsewhere(args, { cwd, namespaces: 'm', prepare })
    const outcome = refused('DAFFI_FOLDER_READ_ONLY', /\.daffi: .*mounted read-only/)
    for (const args of [['up'], ['up', '-d'], ['server'], ['stream', 'numbers']])
      expect(await readOnly(...args), args.join(' ')).toMatchObject(outcome)
    expect(await readOnly('doctor')).toMatchObject({
      exitCode: 1,
      value: { problems: [{ code: 'DAFFI_FOLDER_READ_ONLY' }] },
    })
    expect(await readOnly('init', 'new/shop')).toMatchObject(
      refused('DAFFI_FOLDER_READ_ONLY', /new\/shop: .*mounted read-only/),
    )
    expect(await readOnly('up', '--record', 'videos/1')).toMatchObject({
      exitCode: 2,
      value: {
        error: { code: 'DAFFI_USAGE', message: expect.stringMatching(/mounted read-only/) as string },
      },
    })
  },
)

test('a working folder that was deleted is told of', async () => {
  const cwd = await temporaryFolder()
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec node "$0" init --yes --json'
  const { exitCode, stdout } = await execa('sh', ['-c', script, BIN], {
    cwd,
    reject: false,
  })
  expect({ exitCode, value: JSON.parse(stdout) as unknown }).toMatchObject({
    exitCode: 2,
    value: { error: { code: 'DAFFI_FOLDER_GONE' } },
  })
})

test('a file in the place of .daffi is told of', async () => {
  const cwd = await temporaryProject(FILES)
  await writeFile(join(cwd, '.daffi'), '')
  const { exited } = startDaffi(['server', '--json'], { cwd })
  const { exitCode, stdout } = await exited
  expect({ exitCode, value: JSON.parse(stdout) as unknown }).toMatchObject(
    refused('DAFFI_FOLDER_TAKEN', /a file in its place/),
  )
})

test.skipIf(!CAN_UNSHARE || process.getuid?.() !== 0)("another user's folder is told of", async () => {
  const cwd = await temporaryProject(FILES)
  await mkdir(join(cwd, '.daffi'))
  await chown(join(cwd, '.daffi'), 12_345, 12_345)
  expect(await daffiElsewhere(['server'], { cwd, namespaces: 'm' })).toMatchObject(
    refused('DAFFI_NOT_OURS', /belongs to another user \(uid 65534\)/),
  )
})

test.skipIf(!CAN_UNSHARE)('a disk with less room than a durable stream may keep is told of', async () => {
  const cwd = await temporaryProject(FILES)
  await mkdir(join(cwd, '.daffi'))
  const prepare = 'mount -t tmpfs -o size=200m none .daffi'
  const { exitCode, value } = await daffiElsewhere(['up', 'pipeline.yaml'], { cwd, namespaces: 'm', prepare })
  expect(exitCode).toBe(1)
  expect(JSON.stringify(value)).toMatch(
    /DAFFI_STORE_FULL.*daffi_ledger_\w+, which asks for 1 GiB: .*there is room for 128 MiB/,
  )
})

test.skipIf(!CAN_UNSHARE)('a server in another network namespace is left alone', async () => {
  const cwd = await temporaryProject(FILES)
  const server = startDaffi(['server'], { cwd })
  await server.waitForLine(/nats:\/\//)
  const state = await readFile(join(cwd, '.daffi', 'server.json'), 'utf8')
  for (const command of ['server', 'up'])
    expect(await daffiElsewhere([command], { cwd, namespaces: 'n' })).toMatchObject(
      refused('DAFFI_NO_SERVER', /another network namespace/),
    )
  expect(await readFile(join(cwd, '.daffi', 'server.json'), 'utf8')).toBe(state)
  const { pid } = JSON.parse(state) as { pid: number }
  expect(process.kill(pid, 0)).toBe(true)
  server.kill('SIGINT')
  expect((await server.exited).exitCode).toBe(0)
})
