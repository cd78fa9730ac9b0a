/** Seeds of schedules with streams that were violated once, by what was at fault. The test runs them first. */
export const SEEDS_THAT_FAILED: readonly number[] = [
  // The final counts of a receiver that left while connections broke or messages were lost did not come to the writer.
  ...[628, 1154, 2594, 4512, 5558, 10603, 13095, 13746, 13754, 14193, 14803, 15756, 16834, 17350, 17754],
  ...[100739, 100824, 101024, 101423, 101559],
  // A receiver without a connection for presence did not learn that another process had its name, and took items beside it.
  ...[13753, 13918, 15082],
  // A claim that was read displaced the hello of the next process of its name, which had come meanwhile.
  ...[10398, 100738],
  // A visitor did not stay until the claim of a dead node lapsed.
  ...[12220, 13042, 15010, 15994, 100376],
  // The ping of a second start was lost with a connection of the name's holder, which had lost its name for that.
  20834,
  // The opening of a shared stream waited for a receiver that was suspected, and in truth dead, although others were there.
  105074,
  // The hello of the process that had taken a name did not come to the one that had it before.
  ...[116086, 116709, 117185],
  // The judge did not wait for the end of the grace of a receiver that had left while the server stood still.
  134198,
  // The opening of a live stream waited for a receiver that was suspected, and in truth dead, although others were there.
  204130,
  // What was due at the end of a node's pause came before what had waited: its reconnect before the break.
  207007,
  // A node that left began a stream by an invitation that was on its way when it unsubscribed, which no client gives it.
  208764,
  // The judge did not give a stream time to flow that began late, since its writer learned late that all receivers were gone.
  502587,
  // The judge did not give a stream time to flow whose source began late, at the end of the grace of a receiver that was killed.
  ...[1034919, 6000847],
]
