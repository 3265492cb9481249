/** What `?` shows. */
export const HELP = `Who needs you comes first: "!" stands still until you do something,
"~" is dealt with.

  up, down, j, k      another line; PgUp, PgDn, g, G further
  Enter               to be at the agent's own terminal; C-b d comes back here
                      on a project: open or close it (also left, right, space)
  v                   only look at its terminal: no key reaches it
  s                   say something to it, and wait for the receipt
                      on a project: to all agents that are up
  r                   end its run and start a new one; it asks first
                      on a project: of all agents that are up
  w                   why it is as it is, and what comes next
  l                   what it said and did, as it grows
                      on a project: of all its agents
  /                   only lines with these words: a name, asking, limited
                      Esc: all of them again
  q, Ctrl-C           leave; nothing is stopped

Times count down: a declared wait, the end of a limit, the next try.
All times are UTC. What you select with the mouse is your terminal's to copy.`;
