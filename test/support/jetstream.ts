import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'

/** Subjects under which that stream of the server has messages; none when there is no such stream. */
export async function subjectsOf(url: string, stream: string): Promise<string[]> {
  const nc = await connect({ servers: url })
  try {
    const { streams } = await jetstreamManager(nc)
    const { state } = await streams.info(stream, { subjects_filter: '>' })
    return Object.keys(state.subjects ?? {})
  } catch {
    return []
  } finally {
    await nc.close()
  }
}

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
