import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { certificateAuthority, type PemFiles } from './certificates.js'
import { readBlocks } from './markdown.js'
import { runNatsServer } from './nats-server.js'
import { temporaryFolder, writeFiles } from './temporary.js'

const PAGE = 'docs/sharing-a-server.md'
const PASSWORD = 'secret'

/** A NATS server that pipelines share as docs/sharing-a-server.md tells: configuration and permissions are those of the page. */
export interface SharedServer {
  /** URL with user and password of that pipeline. */
  urlOf: (pipeline: 'shop' | 'office') => string
  /** Certificates of a client. */
  tls: PemFiles & { ca: string }
  /** The server's log so far, with each message that it got, and each that it refused. */
  log: () => Promise<string>
  /** The permissions of the page, to publish and to subscribe. */
  permissions: { publish: string[]; subscribe: string[] }
}

/** @param accounts whether each pipeline has an account of its own, as the page says, or both are users of one */
export async function startSharedServer({
  accounts = 'own',
}: { accounts?: 'own' | 'one' } = {}): Promise<SharedServer> {
  const folder = await temporaryFolder()
  const { ca, issue } = await certificateAuthority()
  const own = await issue({ host: '127.0.0.1' })
  const page = await blockOf('nats-server.conf')
  const shop = (await blockOf('accounts/shop.conf')).replace('$SHOP_PASSWORD', PASSWORD)
  const office = shop.replaceAll('shop', 'office')
  const both = `shared: { jetstream: enabled, users: [${usersOf(shop)}, ${usersOf(office)}] }`
  const path = join(folder, 'nats-server.conf')
  const log = join(folder, 'server.log')
  await writeFiles(folder, {
    'accounts/shop.conf': accounts === 'own' ? shop : both,
    'accounts/office.conf': accounts === 'own' ? office : '# none\n',
    'nats-server.conf': page
      .replace('listen: 0.0.0.0:4222', 'listen: "127.0.0.1:-1"')
      // Where it stores is said on its command line.
      .replace('{ store_dir: jetstream }', ': enabled')
      .replace('server.cert.pem', `"${own.cert}"`)
      .replace('server.key.pem', `"${own.key}"`)
      .replace(/\bca\.pem/, `"${ca}"`)
      .concat(`trace: true\nlog_file: "${log}"\nmax_traced_msg_len: 8\n`),
  })
  const { url, stop } = await runNatsServer(folder, ['-c', path])
  onTestFinished(stop)
  return {
    urlOf: (pipeline) => url.replace(/^\w+:\/\//, `tls://${pipeline}:${PASSWORD}@`),
    tls: { ca, ...(await issue({})) },
    log: () => readFile(log, 'utf8'),
    permissions: { publish: listOf(shop, 'publish'), subscribe: listOf(shop, 'subscribe') },
  }
}

async function blockOf(file: string): Promise<string> {
  const block = (await readBlocks(PAGE)).find((each) => each.file === file)
  if (!block) throw new Error(`${PAGE} has no block ${file}`)
  return block.text
}

function listOf(account: string, key: string): string[] {
  const [, list = ''] = new RegExp(`${key}: \\[(.*?)\\]`, 's').exec(account) ?? []
  return [...list.matchAll(/"(.*?)"/g)].map(([, subject = '']) => subject)
}

/** The users of an account, as its file lists them. */
function usersOf(account: string): string {
  const [, users = ''] = /users: \[(.*)\]/s.exec(account) ?? []
  return users.trim()
}
