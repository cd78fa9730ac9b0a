import { Global } from 'daffi'
import { serve } from '../lib/peer.js'

/** Offers `add`, `echo` and `size`. */
serve(async ({ address, index, throughServer }) => {
  // A process that is no user's, as on Windows, has no Unix channels.
  if (throughServer) process.getuid = undefined
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench-calls',
    processName: `callee-${index}`,
    callbacks: { add: (a, b) => a + b, echo: (text) => text, size: (bytes) => bytes.length },
  })
  return { close: () => g.close() }
})
