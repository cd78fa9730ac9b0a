export type { UnixChannel } from './unix-channel.js'
export { UnixChannels, type SocketAddress, type OnUnixMessage } from './unix-channels.js'
export { removeSocket, removeStaleSockets } from './socket-folder.js'
export {
  allocate,
  createMemory,
  openMemory,
  readMemory,
  sharedMemory,
  storeInMemory,
  type Libc,
  type Mapping,
} from './shared-memory.js'
