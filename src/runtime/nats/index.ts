export type { ServerAddress, ServerInfo, TlsOptions } from './address.js'
export { connectNats, type ConnectOptions } from './connect.js'
export { openServer, type OpenServerOptions, type ServerHandle } from './open-server.js'
export { readState, type ServerState } from './state.js'
