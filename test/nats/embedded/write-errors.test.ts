import { execFileSync } from 'node:child_process'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream'
import { expect, onTestFinished, test } from 'vitest'
import { EmbeddedServer } from '../../../src/runtime/nats/embedded/embedded-server.js'
import { connectNats } from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor } from '../../support/wait.js'

/** A file system of its own, so that it can be filled; undefined where that is not allowed. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

test('a server that could not write is started again when there is room', async ({ skip }) => {
  const project = await smallDisk()
  if (project === undefined) {
    skip('mounting a file system is not allowed here')
    return
  }
  const { log, lines } = keptLog()
  const server = await EmbeddedServer.start({ project, log })
  onTestFinished(() => server.close())
  const nc = await connectNats(server.address, { name: 'test' })
  onTestFinished(() => nc.close())
  const { streams } = await jetstreamManager(nc)
  await streams.add({ name: 'filler', subjects: ['filler'], storage: StorageType.File, max_bytes: 20e6 })
  const { bavail, bsize } = await statfs(project)
  const junk = join(project, 'junk')
  await writeFile(junk, Buffer.alloc(bavail * bsize - 3_000_000))
  const js = jetstream(nc)
  const publish = (): Promise<boolean> =>
    js.publish('filler', Buffer.alloc(500_000)).then(
      () => true,
      () => false,
    )
  while (await publish());
  await waitFor(() => expect(lines.join('\n')).toContain('DAFFI_STORE_FULL'))
  await rm(junk)
  await waitFor(() => expect(lines.join('\n')).toContain('is started again, as there is room now'))
  await waitFor(async () => expect(await publish()).toBe(true))
})
