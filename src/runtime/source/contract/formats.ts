/**
 * Formats of video that ffmpeg may read from others, by its names: none that opens further files or addresses, as playlists
 * do (hls, dash, concat, imf, sdp), patterns of file names (image2), scripts and filters (avisynth, lavfi). Names that a build
 * does not know do no harm.
 */
export const FORMATS = [
  ...[
    'mov',
    'matroska',
    'avi',
    'mpegts',
    'mpeg',
    'mpegvideo',
    'flv',
    'live_flv',
    'asf',
    'ogg',
    'nut',
    'mxf',
    'gxf',
  ],
  ...[
    'h264',
    'hevc',
    'vvc',
    'av1',
    'obu',
    'ivf',
    'm4v',
    'h263',
    'h261',
    'vc1',
    'dirac',
    'cavsvideo',
    'dv',
    'dhav',
  ],
  ...['mjpeg', 'mpjpeg', 'mjpeg_2000', 'yuv4mpegpipe', 'gif', 'apng', 'wtv', 'rm', 'swf', 'smjpeg'],
  ...['jpeg_pipe', 'png_pipe', 'bmp_pipe', 'webp_pipe', 'tiff_pipe', 'gif_pipe'],
].join(',')
