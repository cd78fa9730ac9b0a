import {
  NatsConnectionImpl,
  ProtocolHandler,
  setTransportFactory,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { nodeResolveHost, NodeTransport } from '@nats-io/transport-node/lib/node_transport.js'

/**
 * A connection that is opened by `dialLoop` of its protocol. The client's own `connect` gives a connection only after the
 * server has been told the token; until then, a project's server has to be proven on that very connection.
 */
export function prepareConnection(options: NodeConnectionOptions): NatsConnectionImpl {
  setTransportFactory({ factory: () => new NodeTransport(), dnsResolveFn: nodeResolveHost })
  // Its constructor is private for TypeScript only.
  const connection = Reflect.construct(NatsConnectionImpl, [options]) as NatsConnectionImpl
  connection.protocol = new ProtocolHandler(connection.options, connection)
  return connection
}

/** Port of this process's end of the connection; undefined without a connection. */
export function clientPort({ protocol }: NatsConnectionImpl): number | undefined {
  return protocol.transport instanceof NodeTransport ? protocol.transport.socket.localPort : undefined
}

/** Ends the current attempt to connect before anything is sent; as after any other failure, the next one follows. */
export function refuseServer({ protocol }: NatsConnectionImpl, reason: Error): void {
  protocol.connectError?.(reason)
  protocol.transport.discard()
}

/** Puts the next attempt off by a pause. */
export function skipAttempt({ protocol }: NatsConnectionImpl): void {
  for (const server of protocol.servers.getServers()) server.lastConnect = Date.now()
}
