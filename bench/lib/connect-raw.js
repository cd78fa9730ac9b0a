import { connect } from '@nats-io/transport-node'

export function connectRaw({ url, token }) {
  return connect({ servers: url, token, noAsyncTraces: true })
}
