import { BG, BROADCAST, Global } from 'daffi'
import { assertSize, assertSum, FRAME, measure } from '../lib/calls.js'
import { serve } from '../lib/peer.js'

/** Calls `add(1, 2)`, `echo` with a text, or `size` with a frame, again and again. */
serve(async ({ address, callees }) => {
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench-calls',
    processName: 'caller',
  })
  for (let index = 0; index < callees; index++) await g.waitProcess(`callee-${index}`)
  const calls = {
    echo: async ({ text }) => {
      if ((await g.call.echo(text)) !== text) throw new Error('the answer is not what was sent')
    },
    request: async () => assertSum(await g.call.add(1, 2)),
    frame: async () => assertSize(await g.call.size(FRAME)),
    broadcast: async () => {
      const values = Object.values(await g.call.add(1, 2).with(BROADCAST))
      if (values.length !== callees) throw new Error(`${values.length} have answered, not ${callees}`)
      values.forEach(assertSum)
    },
    job: async () => {
      const job = await g.call.add(1, 2).with(BG({ durable: true }))
      assertSum(await job.get())
    },
  }
  return { run: (order) => measure(order, () => calls[order.call](order)), close: () => g.close() }
})
