import type { Snapshot, StreamView } from '../../board/snapshot.js'
import { isOf } from '../graph/graph.js'

/** A stream of frames, and the problem that it has, if any. */
export interface CameraPicture {
  stream: StreamView
  trouble: string | undefined
}

/** Selects the streams of frames, in their order. */
export function camerasOf(snapshot: Pick<Snapshot, 'streams' | 'calls' | 'nodes'>): CameraPicture[] {
  return snapshot.streams
    .filter(({ frames }) => frames !== null)
    .map((stream) => ({ stream, trouble: troubleOf(stream, snapshot) }))
}

function troubleOf(
  stream: StreamView,
  { calls, nodes }: Pick<Snapshot, 'calls' | 'nodes'>,
): string | undefined {
  const call = calls.find((each) => isOf(stream, each))
  if (call?.state === 'broken') return `broken off, trying again: ${call.error ?? ''}`
  if (stream.state === 'running') return undefined
  const writer = nodes.find(({ name }) => name === stream.from)
  if (writer?.state === 'restarting' || writer?.state === 'starting')
    return `${writer.name} is ${writer.state}`
  const why = call?.error ?? stream.error
  return why === null ? 'ended' : `ended: ${why}`
}
