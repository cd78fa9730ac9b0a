import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

/**
 * Whether the other end of a connection within this machine (IPv4) belongs to this user. Where the system does not say it
 * (elsewhere than on Linux), it is taken to.
 */
export function isOwnPeer({ localPort, remotePort }: Socket): boolean {
  if (process.platform !== 'linux' || !process.getuid) return true
  const [near, far] = [localPort, remotePort].map(loopback)
  // Its columns: number, local address, remote address, state, queues, timer, retransmissions, user.
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n')
  const row = rows
    .map((text) => text.trim().split(/\s+/))
    .find(([, local, remote]) => local === far && remote === near)
  return row?.[7] === String(process.getuid())
}

/** 127.0.0.1 and a port as the kernel writes them: the address in the machine's order, little-endian on all that Node runs on. */
function loopback(port = 0): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
}
