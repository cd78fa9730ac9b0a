import { context, FG, NO_RETURN } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'
import { waitFor, waitUntil } from '../support/wait.js'
import { withoutChannels } from '../support/without-channels.js'

const LARGE = 2_000_000

interface Callbacks {
  wait: () => Promise<string>
  large: () => Promise<Buffer>
}

test.each([{ channels: true }, { channels: false }])(
  'a caller that leaves settles its calls, and the callbacks whose results it wanted are told; channels: $channels',
  async ({ channels }) => {
    const { join } = await ownPipeline<Callbacks>()
    const begun: string[] = []
    const aborted: unknown[] = []
    const release = deferred()
    const wait = async (): Promise<string> => {
      const { signal } = context()
      begun.push('wait')
      signal.addEventListener('abort', () => aborted.push(signal.reason))
      await release.promise
      return 'done'
    }
    // Its result comes when nobody is there any more to fetch it.
    const large = async (): Promise<Buffer> => {
      begun.push('large')
      await release.promise
      return Buffer.alloc(LARGE)
    }
    const worker = await join('worker', { callbacks: { wait, large } })
    const leaver = (): ReturnType<typeof join> => join('leaver')
    const g = await (channels ? leaver() : withoutChannels(leaver))
    const unlimited = FG({ timeout: 0 })
    const calls = [g.call.wait().with(unlimited), g.call.large().with(unlimited)].map((call) =>
      expect(call).rejects.toMatchObject({ code: 'DAFFI_CLOSED' }),
    )
    await g.call.wait().with(NO_RETURN)
    await waitUntil(() => begun.length === 3)
    await g.close()
    await Promise.all(calls)
    await waitFor(() => expect(aborted).toMatchObject([{ code: 'DAFFI_ABORTED' }]))
    release.resolve()
    // Nothing is kept for it: the worker has no call any more.
    const start = performance.now()
    await worker.close()
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(aborted).toHaveLength(1)
  },
)
