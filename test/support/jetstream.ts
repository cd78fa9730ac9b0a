import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'

/** Names of the JetStream streams that a server holds. */
export async function streamNames(url: string): Promise<string[]> {
  const connection = await connect({ servers: url })
  try {
    const names: string[] = []
    for await (const name of (await jetstreamManager(connection)).streams.names()) names.push(name)
    return names
  } finally {
    await connection.close()
  }
}
