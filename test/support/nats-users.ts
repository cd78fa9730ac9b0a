import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startNatsServer } from './nats-server.js'
import { temporaryFolder } from './temporary.js'

/** Subjects of one user, as the server's configuration lists them. */
export type Permissions = Partial<Record<'publish' | 'subscribe', { deny?: string[]; allow?: string[] }>>

/** A server with JetStream and users of these permissions, all of one account, until the test ends; gives the URL for each. */
export async function startServerOf<Name extends string>(
  users: Record<Name, Permissions>,
  settings: object = {},
): Promise<Record<Name, string>> {
  const config = join(await temporaryFolder(), 'nats-server.json')
  const list = Object.entries<Permissions>(users).map(([user, permissions]) => ({
    user,
    password: 'x',
    permissions,
  }))
  await writeFile(
    config,
    JSON.stringify({
      accounts: { shared: { jetstream: 'enabled', users: list } },
      jetstream: 'enabled',
      ...settings,
    }),
  )
  const url = await startNatsServer(['-c', config])
  return Object.fromEntries(
    Object.keys(users).map((user) => [user, url.replace('nats://', `nats://${user}:x@`)]),
  ) as Record<Name, string>
}
