import { bytesOf } from '../lib/items.js'

/** Credit of the hand-made credit loops: items that are under way to each receiver. */
const CREDIT = 8

/**
 * Rows of the comparison. Those of items say how many are sent to how many receivers, as fast as can be or so many a second; the time of
 * those that are as fast as can be begins behind a warm-up. They are so many that what a stream's end costs is not its throughput.
 */
export const ROWS = [
  throughput('1080p-one', '1080p to one', '1080p', { receivers: 1, count: 1000 }),
  throughput('1080p-three', '1080p to three, each', '1080p', { receivers: 3, count: 600 }),
  throughput('480p-one', '480p to one', '480p', { receivers: 1, count: 5000 }),
  paced('720p30', '720p at 30 fps', '720p', { rate: 30, count: 180, figures: ['p50', 'p99'] }),
  paced('40mb', '40 MB at 10 Hz', '40mb', { rate: 10, count: 50, figures: ['p50'] }),
  paced('4k', '4 KiB at 100 Hz', '4k', { rate: 100, count: 500, figures: ['p50', 'p99'] }),
  {
    key: 'call',
    kind: 'call',
    order: { text: 'x'.repeat(100), warmup: 500, count: 5000, inFlight: 100, flights: 30_000 },
    figures: [
      { figure: 'p50', title: 'FG of 100 B, p50', unit: 'us' },
      { figure: 'p99', title: 'FG of 100 B, p99', unit: 'us' },
      { figure: 'rate', title: 'FG, 100 in flight', unit: 'calls/s', isRate: true },
    ],
  },
  {
    key: 'start',
    kind: 'start',
    order: {
      item: '720p',
      bytes: bytesOf('720p'),
      receivers: 2,
      rate: 30,
      warmup: 0,
      count: 100_000,
      credit: 0,
    },
    figures: [
      { figure: 'seconds', title: 'start to the first frame', unit: 's' },
      { figure: 'rss', title: 'peak RSS, three nodes', unit: 'MiB' },
      { figure: 'pss', title: 'their PSS', unit: 'MiB' },
    ],
  },
]

function throughput(key, title, item, { receivers, count }) {
  return {
    key,
    kind: 'items',
    order: { item, bytes: bytesOf(item), receivers, count, warmup: count / 10, rate: 0, credit: CREDIT },
    figures: [{ figure: 'rate', title, unit: 'MiB/s', isRate: true }],
  }
}

/** Without a warm-up: a stream's first items count, too. */
function paced(key, title, item, { rate, count, figures }) {
  return {
    key,
    kind: 'items',
    order: { item, bytes: bytesOf(item), receivers: 1, count, warmup: 0, rate, credit: 0 },
    figures: figures.map((figure) => ({ figure, title: `${title}, ${figure}`, unit: 'ms' })),
  }
}
