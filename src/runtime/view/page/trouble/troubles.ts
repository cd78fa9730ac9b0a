import type { NodeView, Snapshot } from '../../board/snapshot.js'

/** Something that is not as it should be. */
export interface Trouble {
  /** Node, call or receiver that it is about, such as `process1: camera → look`. */
  what: string
  /** Word for its state. */
  state: string
  tone: 'bad' | 'warn'
  why: string
}

/** Lists everything that is not as it should be; what has failed comes first. */
export function troublesOf({
  nodes,
  calls,
  streams,
}: Pick<Snapshot, 'nodes' | 'calls' | 'streams'>): Trouble[] {
  const troubled = calls.filter(
    ({ state }) => state === 'failed' || state === 'troubled' || state === 'broken',
  )
  const ofNodes = nodes.flatMap((node) => {
    const isOfCall = node.state === 'degraded' && troubled.some((call) => call.node === node.name)
    return isOfCall ? [] : nodeTrouble(node)
  })
  const ofCalls = troubled.map(({ node, call, source, resultsOf, state, error }): Trouble => {
    const from = source ?? resultsOf
    return {
      what: `${node}: ${from === null ? call : `${from} → ${call}`}`,
      state: STATES[state as keyof typeof STATES],
      tone: state === 'broken' ? 'warn' : 'bad',
      why: error ?? '',
    }
  })
  const ofReceivers = streams.flatMap(({ name, call, receivers }) =>
    receivers.flatMap((receiver): Trouble[] =>
      receiver.error === null
        ? []
        : [
            {
              what: `${receiver.name}: ${name} → ${call}`,
              state: receiver.state,
              tone: 'bad',
              why: receiver.error,
            },
          ],
    ),
  )
  return [...ofNodes, ...ofCalls, ...ofReceivers].sort(
    (a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'),
  )
}

const STATES = { failed: 'failed', troubled: 'not received', broken: 'broken off' }

function nodeTrouble({ name: what, state, error }: NodeView): Trouble[] {
  const why = error ?? ''
  if (state === 'failed' || state === 'degraded') return [{ what, state, tone: 'bad', why }]
  if (state === 'silent') return [{ what, state, tone: 'warn', why: 'it does not answer' }]
  return state === 'restarting' ? [{ what, state, tone: 'warn', why }] : []
}
