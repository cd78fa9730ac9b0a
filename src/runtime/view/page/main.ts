import type { Snapshot } from '../board/snapshot.js'
import { CamerasView } from './cameras/cameras-view.js'
import { EnlargedView } from './cameras/enlarged-view.js'
import { connect } from './connection.js'
import { byId, setText } from './dom/elements.js'
import { formatBytes, formatRate } from './dom/format.js'
import { GraphView } from './graph/graph-view.js'
import { History } from './history/history.js'
import { LogView } from './log-view.js'
import { placeLog } from './panels.js'
import { StreamsView } from './table/streams-view.js'
import { wireTheme } from './theme.js'
import { takeTokens } from './token.js'
import { TroubleView } from './trouble/trouble-view.js'

const enlarged = new EnlargedView()
const cameras = new CamerasView(byId('cameras'), (name) => enlarged.open(name, cameras))
const history = new History()
const views = [
  new TroubleView(byId('trouble')),
  new GraphView(byId('graph'), history),
  cameras,
  new StreamsView(byId('streams'), history),
  new LogView(byId('log')),
]
const connection = byId('connection')

const STATES = {
  waiting: ['connecting', 'busy'],
  live: ['live', 'good'],
  cut: ['no NATS server', 'warn'],
  lost: ['the viewer has ended', 'bad'],
  refused: ['open the address that daffi printed', 'bad'],
} as const

function showHeader({ pipeline, server, nodes, streams }: Snapshot): void {
  document.title = `${pipeline} · daffi`
  setText(byId('pipeline'), pipeline)
  setText(byId('server'), `nats-server ${server.version}${server.embedded ? '' : ` at ${server.url}`}`)
  const ready = nodes.filter(({ state }) => state === 'ready').length
  const running = streams.filter(({ state }) => state === 'running')
  const sum = (of: (stream: Snapshot['streams'][number]) => number): number =>
    running.reduce((total, stream) => total + of(stream), 0)
  const troubled = nodes.filter(({ state }) => state === 'degraded' || state === 'failed')
  const labels = [
    `${ready} of ${nodes.length} nodes ready`,
    ...(troubled.length > 0 ? [`${troubled.length} in trouble`] : []),
    ...(running.length > 0
      ? [formatRate(sum(({ rate }) => rate)), `${formatBytes(sum(({ byteRate }) => byteRate))}/s`]
      : []),
  ]
  const totals = byId('totals')
  setText(totals, labels.join(' · '))
  totals.dataset.tone = troubled.length > 0 ? 'bad' : ''
}

takeTokens()
// An address of another run, opened in this tab, may differ in its last part only, and does not load the page again.
addEventListener('hashchange', takeTokens)
wireTheme(byId('theme'))
placeLog()
connect({
  onState: (state) => {
    const [text, tone] = STATES[state]
    setText(connection, text)
    connection.dataset.tone = tone
  },
  onSnapshot: (snapshot) => {
    history.add(snapshot)
    showHeader(snapshot)
    for (const view of views) view.show(snapshot)
  },
})
