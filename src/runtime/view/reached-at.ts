import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Addresses that stand for all of a machine, at which nobody else can reach it. */
const ALL = ['0.0.0.0', '::']

/** Host of a URL by which a server that listens at an address is reached, from elsewhere if it can be. */
export function reachedAt(host: string, address: string): string {
  const name = ALL.includes(address) ? ofThisMachine(address) : host
  return isIPv6(name) ? `[${name}]` : name
}

/** An address of this machine in a network, or that of the loopback when it is in none. */
function ofThisMachine(address: string): string {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => !each.internal && !isOfLink(each.address))
  const found = own.find(({ family }) => family === 'IPv4') ?? own[0]
  return found?.address ?? (address === '::' ? '::1' : '127.0.0.1')
}

/** Whether an address leads nowhere without the name of an interface. */
function isOfLink(address: string): boolean {
  return address.toLowerCase().startsWith('fe80:')
}
