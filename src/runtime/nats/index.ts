export type { ServerAddress, ServerInfo } from './address/server-address.js'
export {
  API_ERROR,
  isApiError,
  isInbox,
  isNoResponders,
  isNoRespondersReply,
  isRefusal,
  isRefusalStatus,
  payloadLimit,
} from './connect/api-errors.js'
export { passOver } from './connect/bad-messages.js'
export { joinError } from './connect/connect-error.js'
export { connectNats, type ConnectNatsOptions } from './connect/connect.js'
export { listen, type ListenOptions } from './connect/listen.js'
export { newInbox } from './connect/new-inbox.js'
export type { ServerHandle } from './handle.js'
export { joinProjectServer } from './join.js'
export { openServer, type OpenServerOptions } from './open-server.js'
export { examineState, readState, type ServerState, type StateReading } from './address/state.js'
