import { readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isMapped } from '../lib/process.js'
import { figuresOfItems } from './figures.js'
import { PROGRAMS } from './programs.js'
import { resultOf, runPrograms, withScratch } from './run-programs.js'

const MIB = 1024 * 1024
const LARGE_POOL_BYTES = 256 * MIB
/** Where the nodes of dora that are killed leave their pools. */
const SHARED_MEMORY = '/dev/shm'
/** Longest queue of an input: nothing is to be dropped there. */
const QUEUE_SIZE = 1000

/** dora with nodes in a language, and the size of their memory pool; its own default has 8 MB. */
export const doraSystems = [
  dora('Rust', 'large'),
  dora('Rust', 'default'),
  dora('Python', 'large'),
  dora('Python', 'default'),
]

function dora(language, pool) {
  const size = pool === 'large' ? '256 MiB pool' : 'default pool'
  return {
    name: `dora ${language}, ${size}`,
    needs: language === 'Rust' ? ['dora', 'dora-node'] : ['dora'],
    // An item larger than the default pool goes another way, and nobody would leave it at that.
    fits: ({ kind, order }) => kind === 'items' && (pool === 'large' || order.bytes < 8 * MIB),
    measure: ({ order }, context) =>
      withFlow({ ...order, greets: true }, { language, pool, ...context }, async (flow) => {
        await runPrograms([flow], context.signal)
        const [writer, ...receivers] = await Promise.all(
          ['writer', ...receiverNames(order)].map((name) => resultOf(join(flow.cwd, name))),
        )
        return figuresOfItems(order, writer, receivers)
      }),
  }
}

/** Gives `use` the program that runs a dataflow of dora, and takes away what that leaves. */
export async function withFlow(order, options, use) {
  const before = new Set(sharedMemory())
  try {
    return await withScratch(async (folder) => use(await writeFlow(folder, order, options)))
  } finally {
    const left = sharedMemory().filter((name) => !before.has(name))
    for (const path of left.map((name) => join(SHARED_MEMORY, name))) {
      if (!isMapped(path)) rmSync(path, { force: true })
    }
  }
}

const sharedMemory = () => readdirSync(SHARED_MEMORY).filter((name) => name.endsWith('.zenoh'))

const receiverNames = ({ receivers }) => Array.from({ length: receivers }, (_, index) => `receiver_${index}`)

async function writeFlow(folder, order, { language, pool, parts }) {
  const path =
    language === 'Rust'
      ? join(parts['dora-node'], 'target/release/dora-bench-node')
      : join(PROGRAMS, 'dora_peer.py')
  const node = (id, role, rest) => ({
    id,
    path,
    env: {
      BENCH: JSON.stringify({ ...order, role, result: join(folder, id) }),
      ...(pool === 'large' ? { DORA_NODE_SHM_POOL_SIZE: String(LARGE_POOL_BYTES) } : {}),
    },
    ...rest,
  })
  const names = receiverNames(order)
  const input = (source) => ({ source, queue_size: QUEUE_SIZE })
  const acks = Object.fromEntries(names.map((name, index) => [`ack_${index}`, input(`${name}/ack`)]))
  const nodes = [
    node('writer', 'writer', { outputs: ['item'], inputs: order.greets ? acks : {} }),
    ...names.map((name) =>
      node(name, 'receiver', { outputs: ['ack'], inputs: { item: input('writer/item') } }),
    ),
  ]
  // JSON is YAML, too.
  await writeFile(join(folder, 'flow.yml'), JSON.stringify({ nodes }))
  const bin = join(parts.dora, 'bin')
  return {
    command: join(bin, 'dora'),
    args: ['run', 'flow.yml'],
    cwd: folder,
    env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
  }
}
