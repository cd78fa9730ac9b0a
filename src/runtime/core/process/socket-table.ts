import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

/** Linux's table of the IPv4 sockets of this process's network namespace. It is there also when `/proc` shows no other processes. */
const TABLE = '/proc/self/net/tcp'
const CHUNK_BYTES = 8192
/** The address 127.0.0.1 as the kernel prints it: a number in the machine's order of bytes. */
const LOOPBACK = endianness() === 'LE' ? '0100007F' : '7F000001'
const ANY = '00000000:0000'
const ESTABLISHED = '01'
const LISTEN = '0A'
/** User id that stands for all users whom a user namespace does not know. */
const OVERFLOW_UID = 65_534

/** The users whose sockets a server at 127.0.0.1 consists of, as user ids; undefined where there is no such socket. */
export interface ServerUsers {
  /** The user who listens on the port. */
  listens: number | undefined
  /** The user who holds the server's end of one connection: the one whose process has accepted it. */
  accepted: number | undefined
}

let identified: boolean | undefined

/**
 * Whether the table says who holds a socket: on Linux, where it can be read, unless this process's own user id is the one that stands
 * for all unknown ones.
 */
export function tableIdentifies(): boolean {
  identified ??= process.platform === 'linux' && isReadable(TABLE) && !isUnknownUser()
  return identified
}

/**
 * Looks at the sockets of a server at 127.0.0.1. Synchronous, as the client's hooks are. The kernel goes through all buckets of its
 * table, so reading ends when everything is found.
 * @param port of the server
 * @param clientPort of the connection to it
 */
export function usersOfServer(port: number, clientPort: number): ServerUsers {
  const listening = row(`${LOOPBACK}:${hex(port)}`, ANY, LISTEN)
  const connected = rowOfEnd(port, clientPort)
  const found: ServerUsers = { listens: undefined, accepted: undefined }
  readRows((rows) => {
    found.listens ??= uidOf(listening.exec(rows))
    found.accepted ??= uidOf(connected.exec(rows))
    return found.listens !== undefined && found.accepted !== undefined
  })
  return found
}

/**
 * The user who holds one end of a connection within 127.0.0.1, as a user id; undefined when there is none, or it has been closed:
 * then the kernel has no user for it.
 * @param port of that end
 * @param otherPort of the other end
 */
export function userOfEnd(port: number, otherPort: number): number | undefined {
  const connected = rowOfEnd(port, otherPort)
  let user: number | undefined
  readRows((rows) => (user = uidOf(connected.exec(rows))) !== undefined)
  return user
}

/** Another user who listens on the port, at any address, or has accepted the connection; to be named in a message. */
export function otherUserAt(port: number, clientPort: number): number | undefined {
  const either = `(?:${hex(clientPort)} ${ESTABLISHED}|0000 ${LISTEN})`
  const pattern = new RegExp(`:${hex(port)} [0-9A-F]+:${either} \\S+ \\S+ \\S+ +(\\d+) `, 'g')
  const tables = [TABLE, `${TABLE}6`].map((path) => (isReadable(path) ? readFileSync(path, 'latin1') : ''))
  const uids = [...tables.join('').matchAll(pattern)].map((match) => uidOf(match))
  return uids.find((uid) => uid !== process.geteuid?.())
}

/** @param done gets some of the rows; true when no more are needed */
function readRows(done: (rows: string) => boolean): void {
  const table = openSync(TABLE, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    // The kernel gives whole rows: as many as fit into a page.
    for (;;) {
      const length = readSync(table, chunk)
      if (length === 0 || done(chunk.toString('latin1', 0, length))) return
    }
  } finally {
    closeSync(table)
  }
}

/** Pattern of the row of one end of a connection that stands. */
function rowOfEnd(port: number, otherPort: number): RegExp {
  return row(`${LOOPBACK}:${hex(port)}`, `${LOOPBACK}:${hex(otherPort)}`, ESTABLISHED)
}

/** Pattern of a socket's row, of which it catches the user id. */
function row(local: string, remote: string, state: string): RegExp {
  return new RegExp(` ${local} ${remote} ${state} \\S+ \\S+ \\S+ +(\\d+) `)
}

function uidOf(match: RegExpExecArray | null): number | undefined {
  return match?.[1] === undefined ? undefined : Number(match[1])
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

function isReadable(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

function isUnknownUser(): boolean {
  if (process.geteuid?.() !== OVERFLOW_UID) return false
  const known = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)
  return known.join(' ') !== '0 0 4294967295'
}
