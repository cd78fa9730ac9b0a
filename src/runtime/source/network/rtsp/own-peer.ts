import type { Socket } from 'node:net'
import { userOfEnd } from '../../../core/process/socket-table.js'

/**
 * Whether the other end of a connection within this machine (IPv4) belongs to this user. Where the system does not say it
 * (elsewhere than on Linux), it is taken to.
 */
export function isOwnPeer({ localPort = 0, remotePort = 0 }: Socket): boolean {
  if (process.platform !== 'linux' || !process.geteuid) return true
  return userOfEnd(remotePort, localPort) === process.geteuid()
}
