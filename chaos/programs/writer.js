import { Global, STREAM } from 'daffi'
import { streamOptions } from '../lib/kinds.js'
import { randomOf, seedOf } from '../lib/random.js'
import { itemsOf } from './items.js'

// Streams every kind to all receivers until it is told to stop, and says how each of them ended.
const { name, url, pipeline, kinds, receivers, perSecond, seed } = JSON.parse(process.argv[2])

const stopping = new AbortController()
const g = await Global.connect({ server: url, pipeline, processName: name })
for (const receiver of receivers) await g.waitProcess(receiver)

const run = async (kind) => {
  const items = itemsOf({ perSecond, random: randomOf(seedOf(seed, kind)), stopping: stopping.signal })
  try {
    return { summary: await g.call[kind](items).with(STREAM(streamOptions(kind))) }
  } catch (error) {
    return { summary: error.summary, error: error.message }
  }
}

process.on('message', () => stopping.abort())
process.once('disconnect', () => process.exit(1))
process.send('ready')
await Promise.all(
  kinds.map(async (kind) => process.send({ kind, ...(await run(kind)), early: !stopping.signal.aborted })),
)
await g.close()
process.exit()
