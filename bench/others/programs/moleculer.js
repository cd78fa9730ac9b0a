// Moleculer: a service that echoes, and who calls it, through a NATS server. An order is JSON in the variable BENCH.
import { renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const order = JSON.parse(process.env.BENCH)
const { ServiceBroker } = createRequire(`${order.modules}/`)('moleculer')

const broker = new ServiceBroker({
  nodeID: order.role,
  logger: { type: 'Console', options: { level: 'error' } },
  transporter: { type: 'NATS', options: order.nats },
})

async function call() {
  if ((await broker.call('bench.echo', order.text)) !== order.text)
    throw new Error('the answer is not what was sent')
}

async function measure() {
  await broker.waitForServices('bench', 15_000, 50)
  const times = []
  for (let number = 0; number < order.warmup + order.count; number++) {
    const start = performance.now()
    await call()
    if (number >= order.warmup) times.push((performance.now() - start) * 1000)
  }
  let left = order.flights
  const worker = async () => {
    while (left-- > 0) await call()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: order.inFlight }, worker))
  return { times, rate: order.flights / ((performance.now() - start) / 1000) }
}

function leave(result) {
  writeFileSync(`${order.result}.part`, JSON.stringify(result))
  renameSync(`${order.result}.part`, order.result)
}

try {
  const isCallee = order.role === 'callee'
  if (isCallee) broker.createService({ name: 'bench', actions: { echo: (context) => context.params } })
  await broker.start()
  if (!isCallee) {
    leave(await measure())
    await broker.stop()
  }
} catch (error) {
  leave({ error: error.stack })
  process.exit(1)
}
