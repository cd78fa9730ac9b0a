import { parentPort, workerData } from 'node:worker_threads'
import { connectNats } from '../../nats/index.js'
import { BEAT_MS, pingSubject, presenceSubject, type Beat, type Goodbye, type PeerRecord } from './peer-record.js'
import type { HeartData, HeartMessage } from './heartbeat-thread.js'

/**
 * The node's heart, in a thread of its own: it beats while a callback blocks the main loop, and ends the
 * process when the parent is gone, since nothing else can in a busy loop.
 */
const PARENT_CHECK_MS = 250
const LAST_WORDS_MS = 1000

const { address, pipeline, record, loop, parentPid } = workerData as HeartData
const wills = new Set<string>()

const nc = await connectNats(address, { name: `${record.name} (heart)` })

nc.subscribe(pingSubject(pipeline, record), {
  callback: (_error, message) => void message.respond(JSON.stringify(record)),
})

let beating: NodeJS.Timeout | undefined

/** At each full second: so the beats of many nodes come together, and wake each of them once. */
function beatNext(): void {
  beating = setTimeout(beat, BEAT_MS - (Date.now() % BEAT_MS))
}

function beat(): void {
  beatNext()
  const lastTurn = Number(Atomics.load(loop, 0))
  const word: Beat = { id: record.incarnation, blockedMs: Math.max(0, Date.now() - lastTurn - 2 * BEAT_MS) }
  if (!nc.isClosed()) nc.publish(presenceSubject(pipeline, 'beat'), JSON.stringify(word))
}

const watching =
  parentPid === undefined
    ? undefined
    : setInterval(() => {
        if (process.ppid !== parentPid) void dieWithParent()
      }, PARENT_CHECK_MS)

parentPort?.on('message', (message: HeartMessage) => {
  if (message.kind === 'will') wills.add(message.subject)
  else if (message.kind === 'revoke') wills.delete(message.subject)
  else if (message.kind === 'beat') beatNext()
  else void stop()
})
parentPort?.postMessage('ready')

async function dieWithParent(): Promise<void> {
  clearInterval(watching)
  // A beat after the goodbye would be a stranger's.
  clearTimeout(beating)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS_MS)
  const goodbye: Goodbye = { name: record.name, id: record.incarnation }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  // Loaded only now, since every node would keep it in memory a second time.
  const { Names } = await import('./name-registry.js')
  const mine = (holder: PeerRecord): boolean => holder.incarnation === record.incarnation
  await new Names(nc, pipeline).release(record.name, mine).catch(() => undefined)
  // Last, and at once before the end: the main loop may still be at work with what they take away.
  for (const subject of wills) nc.publish(subject)
  await nc.flush().catch(() => undefined)
  process.kill(process.pid, 'SIGKILL')
}

async function stop(): Promise<void> {
  clearTimeout(beating)
  clearInterval(watching)
  parentPort?.close()
  await nc.close()
}
