import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import ssri from 'ssri'
import { create } from 'tar'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary.js'
import { writeProgram } from './programs.js'

export interface Package {
  name: string
  version: string
  /** The one program in it. */
  file: string
  script: string
}

export interface Registry {
  url: string
  /** The tarball's sha512. */
  integrity: string
  /** The program's sha256. */
  sha256: string
  /** How often the tarball was asked for. */
  downloads: () => number
}

export interface RegistryFaults {
  /** A sha512 that the registry states in place of the tarball's own. */
  statedIntegrity?: string
  /** Sends the first half of the tarball and then nothing. */
  stalls?: boolean
}

/** An npm registry on the loopback with one package in it, until the test ends. */
export async function startRegistry(pack: Package, faults: RegistryFaults = {}): Promise<Registry> {
  const { tarball, sha256 } = await makeTarball(pack)
  const integrity = ssri.fromData(tarball, { algorithms: ['sha512'] }).toString()
  let downloads = 0
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decodeURIComponent(request.url ?? '')
    if (path === `/${pack.name}`) {
      const stated = faults.statedIntegrity ?? integrity
      response.end(JSON.stringify(metadata(pack, stated, `http://${request.headers.host ?? ''}/tarball`)))
    } else if (path === '/tarball') {
      downloads++
      if (faults.stalls) response.write(tarball.subarray(0, tarball.length / 2))
      else response.end(tarball)
    } else {
      response.writeHead(404).end('{}')
    }
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, integrity, sha256, downloads: () => downloads }
}

function metadata({ name, version }: Package, integrity: string, tarball: string): object {
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { name, version, dist: { integrity, tarball } } },
  }
}

async function makeTarball({
  name,
  version,
  file,
  script,
}: Package): Promise<{ tarball: Buffer; sha256: string }> {
  const folder = await temporaryFolder()
  const program = await writeProgram(join(folder, 'package', file), script)
  await writeProgram(join(dirname(program), 'other-file'), 'exit 1')
  await writeProgram(join(folder, 'package', 'package.json'), JSON.stringify({ name, version }))
  await create({ cwd: folder, file: join(folder, 'package.tgz'), gzip: true, portable: true }, ['package'])
  const sha256 = createHash('sha256')
    .update(await readFile(program))
    .digest('hex')
  return { tarball: await readFile(join(folder, 'package.tgz')), sha256 }
}
