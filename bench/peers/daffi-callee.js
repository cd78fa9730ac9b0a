import { Global } from 'daffi'
import { serve } from '../lib/peer.js'

/** Offers `add`. */
serve(async ({ address, index }) => {
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench-calls',
    processName: `callee-${index}`,
    callbacks: { add: (a, b) => a + b },
  })
  return { close: () => g.close() }
})
