import { memoryOf, processTree } from '../lib/process.js'
import { Peer } from '../lib/peer.js'
import { withServer } from '../lib/server.js'

const MIB = 1024 * 1024
/** Calls that are made first and not measured, while code is compiled and pools are filled. */
const WARM_UP = 20_000

/** So many calls of one caller: their rate, and what memory of each side has grown by. */
export async function manyCalls(count) {
  return await withServer(async (address) => {
    const peers = {}
    try {
      for (const role of ['callee', 'caller'])
        peers[role] = await Peer.start('calls.js', { address, role }, ['--expose-gc'])
      const server = processTree(process.pid).find(({ command }) => command === 'nats-server')
      const look = async () => {
        const heap = {}
        for (const [role, peer] of Object.entries(peers)) heap[role] = await peer.tell({ collect: true })
        const resident = (pid) => memoryOf(pid).resident / MIB
        return {
          heap,
          resident: {
            caller: resident(peers.caller.pid),
            callee: resident(peers.callee.pid),
            server: resident(server.pid),
          },
        }
      }
      await peers.caller.tell({ count: WARM_UP })
      const before = await look()
      const { rate } = await peers.caller.tell({ count })
      const after = await look()
      const growth = (kind) =>
        Object.entries(after[kind]).flatMap(([role, value]) => [
          { name: `${kind} memory of the ${role} after ${count} calls`, value, unit: 'MiB' },
          {
            name: `${kind} memory of the ${role} has grown by`,
            value: value - before[kind][role],
            unit: 'MiB',
          },
        ])
      return [
        { name: 'FG calls a second', value: rate, unit: '1/s' },
        ...growth('heap'),
        ...growth('resident'),
      ]
    } finally {
      await Promise.all(Object.values(peers).map((peer) => peer.close()))
    }
  })
}
