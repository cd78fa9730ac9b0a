import { Peer } from './peer.js'

/** Runs `use` with one writer and its receivers, each a process of its own; `side` is `raw` or `daffi`. */
export async function withSide(side, { receivers, ...context }, use) {
  return await withPeers(side, context, async (start) => {
    const all = []
    for (let index = 0; index < receivers; index++) all.push(await start('receiver', { index }))
    const writer = await start('writer', { receivers })
    return await use({ writer, receivers: all })
  })
}

/** Runs `use` with the process that calls, of which the callees are others; `side` as above. */
export async function withCaller(side, { callees, throughServer, ...context }, use) {
  return await withPeers(side, context, async (start) => {
    for (let index = 0; index < callees; index++) await start('callee', { index, throughServer })
    return await use(await start('caller', { callees }))
  })
}

/** Gives `use` what starts a process of that side in a role; all end with it. */
async function withPeers(side, { address, profile }, use) {
  const peers = []
  const start = async (role, setup) => {
    const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
    const peer = await Peer.start(`${side}-${role}.js`, { address, ...setup }, execArgv)
    peers.push(peer)
    return peer
  }
  try {
    return await use(start)
  } finally {
    await Promise.all(peers.map((peer) => peer.close()))
  }
}

/** Seconds of a run of the raw program. */
export async function runRaw({ writer, receivers }, order) {
  const [seconds] = await Promise.all([writer.tell(order), ...receivers.map((peer) => peer.tell(order))])
  return seconds
}

/** Seconds of one stream and its summary, after a look at whether everything arrived. */
export async function runStream({ writer, receivers }, order) {
  await Promise.all(receivers.map((peer) => peer.tell(order)))
  const { seconds, summary } = await writer.tell(order)
  const arrived = Object.values(summary.receivers)
  if (arrived.length !== receivers.length) throw new Error('not every receiver took part')
  for (const { processed, dropped, state } of arrived) {
    if (state !== 'finished' || processed + dropped !== order.count) throw new Error(JSON.stringify(summary))
  }
  return { seconds, summary }
}

/** Seconds until calls without return, one for each item, have all been carried out. */
export async function runLoop({ writer, receivers }, order) {
  await Promise.all(receivers.map((peer) => peer.tell(order)))
  const start = performance.now()
  await writer.tell({ ...order, loop: true })
  await Promise.all(receivers.map((peer) => peer.tell({ ...order, reach: true })))
  return (performance.now() - start) / 1000
}
