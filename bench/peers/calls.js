import { Global } from 'daffi'
import { measure } from '../lib/calls.js'
import { serve } from '../lib/peer.js'

const MIB = 1024 * 1024
const CONCURRENCY = 100

/** One side of FG calls: the caller gives the rate of `count` calls; each, what its heap holds when all garbage is gone. */
serve(async ({ address: { url, token }, role }) => {
  const callbacks = role === 'callee' ? { add: (a, b) => a + b } : {}
  const g = await Global.connect({ server: url, token, pipeline: 'bench', processName: role, callbacks })
  if (role === 'caller') await g.waitFunction('add')

  let next = 0
  const call = async () => {
    const number = next++
    if ((await g.call.add(number, 1)) !== number + 1) throw new Error(`call ${number} has a wrong result`)
  }
  const heap = () => {
    // The second one takes what the first one's finalizers have let go.
    for (let n = 0; n < 2; n++) globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    return (heapUsed + external) / MIB
  }
  return {
    run: ({ count, collect }) => (collect ? heap() : measure({ count, inFlight: CONCURRENCY }, call)),
    close: () => g.close(),
  }
})
