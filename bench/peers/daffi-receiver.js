import { Global } from 'daffi'
import { itemsOf } from '../lib/items.js'
import { serve } from '../lib/peer.js'

/** Offers a callback for each kind of item, which compares it with what was sent. */
serve(async ({ address, index }) => {
  let checker
  let reached = () => undefined
  const check = (item) => {
    if (!checker.equals(item, checker.number++))
      throw new Error(`item ${checker.number - 1} is not what was sent`)
    if (checker.number === checker.count) reached()
  }
  const checkFrame = (frame) => {
    const { number, equals } = { number: frame.sequence, equals: checker.equals }
    if (!equals(frame.data, number)) throw new Error(`frame ${number} is not what was sent`)
  }
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench',
    processName: `receiver-${index}`,
    callbacks: {
      own: (item) => check(item),
      borrowed: (item) => check(item),
      asynchronous: async (item) => check(item),
      show: (frame) => checkFrame(frame),
      showBorrowed: (frame) => checkFrame(frame),
    },
    options: { borrowed: { borrow: true }, showBorrowed: { borrow: true } },
  })
  return {
    /** `expect` begins a run; `reach` resolves when all its items have come. */
    run: async ({ kind, count, reach = false }) => {
      if (!reach) checker = { ...itemsOf(kind), number: 0, count }
      else if (checker.number < checker.count) await new Promise((resolve) => (reached = resolve))
    },
    close: () => g.close(),
  }
})
