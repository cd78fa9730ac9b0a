import { FIRST_OUTPUT } from '../../binaries/index.js'
import type { Output } from '../contract/output.js'
import { isLive, type VideoPlan } from '../contract/video-plan.js'
import { outputFormat, rateArguments, rateFilter } from './output-arguments.js'

/** Time base of marks, as `mkvtimestamp_v2` writes them. */
const TIME_BASE = '1/1000'
/** Longest time between two pictures of a file, in milliseconds: where its timestamps leap further, this is taken. */
const MAX_STEP_MS = 10_000

/** Label of the output of marks of all pictures. */
const ALL = 'all'

/** Descriptors of ffmpeg to which an output writes its marks and its pictures. */
export function descriptorsOf(index: number): { marks: number; pictures: number } {
  return { marks: FIRST_OUTPUT + 2 * index, pictures: FIRST_OUTPUT + 2 * index + 1 }
}

/**
 * Output arguments of ffmpeg for several kinds of pictures of one input, which is decoded once. Each picture of the source has
 * a mark, a whole number that rises. Standard output gets the marks of all pictures, one a line, and each output has two
 * descriptors: one for the marks of its pictures, and one for the pictures themselves.
 */
export function viewArguments(plan: VideoPlan, outputs: readonly Output[], ffmpegVersion: string): string[] {
  const rate = rateArguments(ffmpegVersion)
  return [
    ...['-filter_complex', filterGraph(plan, outputs)],
    ...['-map', `[${ALL}]`, '-c:v', 'wrapped_avframe', ...rate, '-enc_time_base', '1:1000'],
    ...['-flush_packets', '1', '-f', 'mkvtimestamp_v2', 'pipe:1'],
    ...outputs.flatMap(({ format, size = plan.size }, index) => [
      ...['-map', `[out${index}]`, ...rate, '-enc_time_base', '1:1000'],
      ...written(outputFormat(format, size), index),
    ]),
  ]
}

/** Writes each picture to two muxers: one writes its mark, and then one its bytes. */
function written({ codec, muxer }: ReturnType<typeof outputFormat>, index: number): string[] {
  const { marks, pictures } = descriptorsOf(index)
  const to = (name: string, descriptor: number): string => `[f=${name}:flush_packets=1]pipe\\:${descriptor}`
  const tee = `${to('mkvtimestamp_v2', marks)}|${to(muxer, pictures)}`
  return [...codec, '-threads', '1', '-f', 'tee', tee]
}

function filterGraph(plan: VideoPlan, outputs: readonly Output[]): string {
  const branches = [
    `[all0]${chain([])}[${ALL}]`,
    ...outputs.flatMap((output, index) => branch(plan, output, index)),
  ]
  const labels = branches.map((each) => /^\[\w+\]/.exec(each)?.[0] ?? '')
  const { frames } = plan
  const common = [
    ...rateFilter(plan),
    ...(frames === undefined ? [] : [`trim=end_frame=${frames}`]),
    ...[`settb=${TIME_BASE}`, `setpts=${clock(plan)}`, `split=${branches.length}${labels.join('')}`],
  ]
  return [`[0:V:0]${common.join(',')}`, ...branches].join(';')
}

/**
 * The marks. A live source's are the time of the day, since cameras' own timestamps may be made up; a file's are its own time, which
 * never goes back. Where the pictures' size changes, ffmpeg makes new filters, which know nothing of what came before.
 */
function clock(plan: VideoPlan): string {
  // From now on, since ffmpeg has no room for microseconds since 1970.
  const now = Math.floor(Date.now() / 1000)
  if (isLive(plan)) return `max(PREV_OUTPTS+1\\,(time(0)-${now})*${marksPerSecond(plan)})`
  const step = `if(isnan(PTS-PREV_INPTS)\\,40\\,clip(PTS-PREV_INPTS\\,1\\,${MAX_STEP_MS}))`
  return `if(isnan(PREV_OUTPTS)\\,if(isnan(PTS)\\,0\\,PTS)\\,PREV_OUTPTS+${step})`
}

/** Marks are of a time base of milliseconds; so that those of a live source rise even then, they count microseconds. */
function marksPerSecond(plan: VideoPlan): number {
  return isLive(plan) ? 1_000_000 : 1000
}

/** Filters of one output. The size of a source that its plan does not say is checked by a filter that refuses a smaller one. */
function branch(plan: VideoPlan, { size = plan.size, fps }: Output, index: number): string[] {
  const slot = (mark: string): string => `floor(${mark}*${fps}/${marksPerSecond(plan)})`
  const filters = [
    ...(fps === undefined
      ? []
      : [`select=isnan(prev_selected_pts)+gt(${slot('pts')}\\,${slot('prev_selected_pts')})`]),
    ...(size === undefined ? [] : [`scale=${size.width}:${size.height}`]),
  ]
  const made = `[in${index}]${chain(filters)}[out${index}]`
  const isChecked = size !== undefined && plan.size === undefined
  return isChecked ? [made, `[check${index}]crop=${size.width}:${size.height},nullsink`] : [made]
}

function chain(filters: string[]): string {
  return filters.length === 0 ? 'null' : filters.join(',')
}

/** Size of an output that is larger than the pictures, as ffmpeg's own lines say it; undefined when none is. */
export function tooLarge(own: readonly string[]): string | undefined {
  const pattern = /Invalid too big or non positive size for width '(\d+)' or height '(\d+)'/
  const [, width, height] = own.map((line) => pattern.exec(line)).find(Boolean) ?? []
  return height === undefined ? undefined : `${width}x${height}`
}
