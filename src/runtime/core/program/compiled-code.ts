import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { isOurPrivateFolder } from '../ownership/owner.js'
import { cacheFolder } from '../project/cache-folder.js'
import { makeFolder } from '../ownership/make-folders.js'

/** Bytes of a SHA-256. */
const DIGEST_SIZE = 32

/** Age at which code is removed. What is still in use is then compiled once more. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000

/** A script, as it is given to V8. */
interface Program {
  source: string
  /** Absolute path of its source. */
  path: string
  /** Time of the last change of that file, in ms. V8 compares its length only, and somebody may mend it in place. */
  changed: number
  /** Name under which its code is kept. */
  name: string
}

/**
 * Keeps what V8 has compiled of daffi's own code in the user's cache: compiling is half of the start of a command. Compiled code is run
 * as it is, so it is neither read from nor written to a folder that another user may enter. Nor does V8 check what it takes: code of
 * another Node with the same V8, or with one bit changed, ends the process by SIGSEGV. So each file has a digest of all that must be right.
 */
export class CompiledCode {
  /** Names what the code was compiled from, and by which Node. */
  readonly #origin: string
  /** Name of the folder for code of this place, with these flags. */
  readonly #folder: string
  /** State of V8's flags. With other flags, such as those that a stream sets for its time, V8 refuses the code. */
  readonly #tag = cachedDataVersionTag()
  readonly #mayRead = isPrivate()
  /** Scripts that are not kept yet. */
  readonly #fresh = new Map<Program, Script>()

  /**
   * @param root folder of the code
   * @param build tells this build of the code from others
   */
  constructor(root: string, build: string) {
    this.#origin = `${build} ${nodeBuild()} `
    this.#folder = `${digest(root).toString('hex').slice(0, 16)}-${this.#tag.toString(16)}`
  }

  /** Gives a script, which is not compiled again when its code is kept. */
  compile(program: Program): Script {
    const { source, path } = program
    const isUsual = cachedDataVersionTag() === this.#tag
    const cachedData = isUsual ? this.#read(program) : undefined
    const script = new Script(source, { filename: path, cachedData })
    if (isUsual && (!cachedData || script.cachedDataRejected)) this.#fresh.set(program, script)
    return script
  }

  /** Writes what is not kept yet, with all functions that were compiled until now. Does nothing where that fails. */
  keep(): void {
    if (this.#fresh.size === 0 || cachedDataVersionTag() !== this.#tag) return
    try {
      for (const folder of [dirname(cacheFolder()), cacheFolder(), compiledFolder()])
        makeFolder(folder, 0o700)
      if (!isPrivate()) return
      makeFolder(this.#file(''), 0o700)
      for (const [program, script] of this.#fresh) this.#write(program, script.createCachedData())
      removeOld()
    } catch {
      // A cache that is full, or read-only, is done without.
    }
  }

  #read(program: Program): Buffer | undefined {
    if (!this.#mayRead) return undefined
    try {
      const content = readFileSync(this.#file(program.name))
      const code = content.subarray(DIGEST_SIZE)
      return this.#digest(program, code).equals(content.subarray(0, DIGEST_SIZE)) ? code : undefined
    } catch {
      return undefined
    }
  }

  /** Writes in place: what was not written to its end, as its writer was killed, has a wrong digest. */
  #write(program: Program, code: Buffer): void {
    const file = this.#file(program.name)
    makeFolder(dirname(file), 0o700)
    writeFileSync(file, Buffer.concat([this.#digest(program, code), code]), { mode: 0o600 })
  }

  #file(name: string): string {
    return join(compiledFolder(), this.#folder, name)
  }

  #digest({ name, changed }: Program, code: Buffer): Buffer {
    return digest(`${this.#origin}${changed} ${name}`, code)
  }
}

const compiledFolder = (): string => join(cacheFolder(), 'compiled')

function isPrivate(): boolean {
  try {
    return isOurPrivateFolder(cacheFolder()) && isOurPrivateFolder(compiledFolder())
  } catch {
    // There is no home folder, or it is another user's, as after `sudo -u`.
    return false
  }
}

/** Removes code of long ago, as nobody says when a build, its place or a Node has gone. */
function removeOld(): void {
  for (const name of readdirSync(compiledFolder())) {
    const folder = join(compiledFolder(), name)
    if (Date.now() - statSync(folder).mtimeMs > MAX_AGE_MS) rmSync(folder, { recursive: true, force: true })
  }
}

/** Tells Node's builds from each other: two versions may have the same version of V8, and one version several builds. */
function nodeBuild(): string {
  try {
    const { size, mtimeMs } = statSync(process.execPath)
    return `${process.version} ${size} ${mtimeMs}`
  } catch {
    // Its program was removed meanwhile, or Node may not read it, as under --permission.
    return process.version
  }
}

const digest = (text: string, data: string | Buffer = ''): Buffer =>
  createHash('sha256').update(text).update(data).digest()
