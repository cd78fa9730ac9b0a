import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { isDurable } from './kinds.js'
import { processesOf } from './folder.js'

/** Time in which what is left may still go. */
const GRACE_MS = 3000
const LOOK_EVERY_MS = 200

/**
 * Things that a run has left behind, besides the items of its durable streams: on the server, as processes and as files.
 * @param unfinished whether its durable streams were interrupted, so that their consumers stay
 */
export async function leftoversOf({ folder, url, pipeline, kinds, serverPid, unfinished = false }) {
  const deadline = Date.now() + GRACE_MS
  const nc = await connect({ servers: url, noAsyncTraces: true })
  try {
    const jsm = await jetstreamManager(nc)
    for (;;) {
      const left = [
        ...(await onServer(jsm, pipeline, kinds, unfinished)),
        ...processesOf(folder).flatMap(({ pid, command }) =>
          pid === serverPid ? [] : [`process ${pid} ${command}`],
        ),
        ...readdirSync(join(folder, 'tmp')).map((name) => `temporary file ${name}`),
        ...readdirSync('/dev/shm').flatMap((name) => (name.includes('daffi') ? [`/dev/shm/${name}`] : [])),
      ]
      if (left.length === 0 || Date.now() > deadline) return left
      await delay(LOOK_EVERY_MS)
    }
  } finally {
    await nc.close()
  }
}

async function onServer(jsm, pipeline, kinds, unfinished) {
  const kept = new Set(kinds.filter(isDurable).map((kind) => `daffi_${pipeline}_${kind}`))
  const left = []
  for await (const { config, state } of jsm.streams.list()) {
    if (!kept.has(config.name)) left.push(`stream ${config.name}`)
    else if (state.consumer_count > 0 && !unfinished)
      left.push(`${state.consumer_count} consumers of ${config.name}`)
  }
  return left
}
