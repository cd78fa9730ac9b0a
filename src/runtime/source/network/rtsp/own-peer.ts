import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

const ESTABLISHED = '01'

/**
 * Whether the other end of a connection within this machine (IPv4) belongs to this user. Where the system does not say it
 * (elsewhere than on Linux), it is taken to.
 */
export function isOwnPeer({ localPort, remotePort }: Socket): boolean {
  if (process.platform !== 'linux' || !process.geteuid) return true
  const [near, far] = [localPort, remotePort].map(loopback)
  // Only a connection that stands has a user: a closed one is root's. Columns: number, local address, remote address, state, queues, timer, retransmissions, user.
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n')
  const row = rows
    .map((text) => text.trim().split(/\s+/))
    .find(([, local, remote, state]) => local === far && remote === near && state === ESTABLISHED)
  return row?.[7] === String(process.geteuid())
}

/** 127.0.0.1 and a port as the kernel writes them: the address in the machine's order, little-endian on all that Node runs on. */
function loopback(port = 0): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
}
