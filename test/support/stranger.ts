import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { waitUntil } from './wait.js'

/** Whether this process may start others as another user. */
export const IS_ROOT = process.getuid?.() === 0
/** The user id of `nobody`, whom every system has. */
export const NOBODY = 65_534

/** Something that takes the place of a server and keeps what it is told. */
export interface Stranger {
  connections: () => number
  /** Everything that any client has sent. */
  heard: () => string
  /** Resolves once it has the port. */
  listening: Promise<unknown>
  stop: () => Promise<void>
}

export const INFO = { server_id: 'x', version: '2.14.0', proto: 1, headers: true, max_payload: 1_048_576 }

/** Waits for the port as long as another process has it. */
const PROGRAM = `
const [port, info] = process.argv.slice(1)
const say = (...words) => process.stdout.write(JSON.stringify(words) + '\\n')
const server = require('node:net').createServer((socket) => {
  say('connection')
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => say('data', data.toString('latin1')))
  socket.write('INFO ' + info + '\\r\\n')
})
const listen = () => server.listen(port, '127.0.0.1')
server.once('error', () => say('waiting'))
server.on('error', () => setTimeout(listen, 1)).on('listening', () => say('listening'))
listen()
`

/** A process of another user that waits for the port, and takes it as soon as it is free, until the test ends. Only for root. */
export async function startStranger(port: number): Promise<Stranger> {
  const command = ['--reuid', String(NOBODY), '--clear-groups', process.execPath, '-e', PROGRAM]
  const child = spawn('setpriv', [...command, String(port), JSON.stringify(INFO)], { cwd: '/', env: {} })
  const exited = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(stop)
  const words = (): string[][] =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as string[])
  const all = (what: string): string[][] => words().filter(([word]) => word === what)
  // Not only when it is spawned: while it loads, the server could be started again.
  await waitUntil(() => all('waiting').length > 0, { interval: 5 })
  return {
    connections: () => all('connection').length,
    heard: () =>
      all('data')
        .map(([, data]) => data)
        .join(''),
    listening: waitUntil(() => all('listening').length > 0, { timeout: 30_000, interval: 5 }),
    stop,
  }
}

/** The same in this process, hence of the same user, with a greeting of its own. */
export async function listenAsServer({
  port = 0,
  host = '127.0.0.1',
  greeting = `INFO ${JSON.stringify(INFO)}\r\n`,
  halfClose = false,
}): Promise<Stranger & { port: number }> {
  let connections = 0
  let heard = ''
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    connections++
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => (heard += data.toString('latin1')))
    socket.on('end', () => socket.destroy())
    socket.write(greeting)
    if (halfClose) socket.end()
  })
  const listening = once(server.listen(port, host), 'listening')
  await listening
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(stop)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { port: address.port, connections: () => connections, heard: () => heard, listening, stop }
}
