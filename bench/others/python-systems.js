import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { figuresOfCalls, figuresOfItems } from './figures.js'
import { PROGRAMS } from './programs.js'
import { resultOf, runPrograms, withScratch } from './run-programs.js'

/** imagezmq over Unix domain sockets and daffi 3 over TCP, whose programs need nothing beside them. */
export const pythonSystems = [
  {
    name: 'imagezmq, request and reply',
    needs: ['imagezmq'],
    fits: ({ kind }) => kind === 'items',
    measure: ({ order }, context) =>
      measureItems('imagezmq', order, context, (folder, index) => `ipc://${join(folder, `hub-${index}`)}`),
  },
  daffi3Items('daffi 3 stream', { acknowledged: true }, ({ order }) => order.rate === 0),
  daffi3Items('daffi 3 stream_nowait', { acknowledged: false }, () => true),
  {
    name: 'daffi 3, direct',
    needs: ['daffi3'],
    fits: ({ kind }) => kind === 'call',
    measure: ({ order }, context) =>
      withScratch(async (folder) => {
        const whole = { ...order, receivers: 1, index: 0, bytes: 0, addresses: [await tcpAddress()] }
        const program = (role) =>
          pythonProgram('daffi3', { ...whole, role, result: join(folder, role) }, context, folder)
        await runPrograms([program('callee'), program('caller')], context.signal)
        return figuresOfCalls(await resultOf(join(folder, 'caller')))
      }),
  },
]

function daffi3Items(name, options, fitsOrder) {
  return {
    name,
    needs: ['daffi3'],
    fits: (row) => row.kind === 'items' && fitsOrder(row),
    measure: ({ order }, context) => measureItems('daffi3', { ...order, ...options }, context, tcpAddress),
  }
}

/** A free port of this machine: the core of daffi 3 has no Unix domain sockets, though its documentation names them. */
async function tcpAddress() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return { host: '127.0.0.1', port }
}

/** Runs a writer and its receivers, each a program of its own. */
async function measureItems(part, order, context, addressOf) {
  return await withScratch(async (folder) => {
    const indexes = Array.from({ length: order.receivers }, (_, index) => index)
    const addresses = await Promise.all(indexes.map((index) => addressOf(folder, index)))
    const program = (role, index) => {
      const result = join(folder, `${role}_${index}`)
      return pythonProgram(part, { ...order, addresses, role, index, result }, context, folder)
    }
    await runPrograms(
      [...indexes.map((index) => program('receiver', index)), program('writer', 0)],
      context.signal,
    )
    const [writer, ...receivers] = await Promise.all(
      ['writer_0', ...indexes.map((index) => `receiver_${index}`)].map((name) =>
        resultOf(join(folder, name)),
      ),
    )
    return figuresOfItems(order, writer, receivers)
  })
}

function pythonProgram(part, order, { parts }, cwd) {
  return {
    command: join(parts[part], 'bin/python'),
    args: ['-u', join(PROGRAMS, `${part}_peer.py`)],
    cwd,
    env: { BENCH: JSON.stringify(order) },
  }
}
