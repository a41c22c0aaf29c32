/** docs/bench.md: the figures, how they came about, and on what. */

import { markdown } from './table.mjs';
import { instructionTable } from './instructions.mjs';
import { PEERS } from './packages.mjs';

export function page(results, { date, load, cores, processor, node, instructions }) {
  const busy = load > cores * 0.5 ? ` The machine was busy (load ${load.toFixed(1)} on ${cores} processors): take the ratios, and not too exactly.` : '';
  const marks = results.filter((result) => result.met !== undefined);
  const met = marks.filter((result) => result.met).length;
  return `# How fast

Written by \`cargo xtask bench\`; not by hand. ${date}, ${processor}, Node ${node.slice(1)}.${busy}
Of ${marks.length} marks ${met} are met. Ratios are the result: the figures are of this machine on that day.

![Cost of a call: clerk-usher, today's SDK, the best library and the limit](bench.svg)

${markdown(results)}

## What does not depend on the machine's day

${typeof instructions === 'object' ? instructionTable(instructions) : `Not counted: ${instructions}.`}

Instructions of one call in Rust, cryptography included, as callgrind counts them.

## How it was measured

- Everything in one run. Each contender is a process of its own that takes rounds on command; they take turns, another one
  first in each round. A figure is the median over the rounds, a ratio the median of each round's own: all in a round
  meet the machine as it is then, so it need not be the quotient of the figures.
- The figure is processor time a call, all threads of the process included: what a server pays. Where the language does not
  tell it, it is wall clock; so it is for two threads over one. \`--json\` has both.
- **The limit** is what the cryptography alone takes in Rust: one RSA verification with a parsed key, or one HMAC with a key made
  ready, by aws-lc.
- **Today's SDK** is ${PEERS.node.todays}, ${PEERS.python.todays.replace('==', ' ')} and ${PEERS.rust.todays}. **The best library** is
  ${PEERS.node.library} and ${PEERS.python.library.replace('==', ' ')} for tokens, svix (${PEERS.node.deliveries.split('@').pop()}, ${PEERS.python.deliveries.split('==').pop()}) for webhooks.
  In Rust that column is what one writes by hand, with jsonwebtoken, reqwest and \`serde_json\`.
- "New" is a token that the process has not met; "seen before" goes round among 16. Requests are built before the clock
  runs. Who is signed in is read from every answer, and a wrong answer ends the run.
- Before all that each process has met 10,000 tokens, as one that has been up for a while: it has its memory, and ours remembers as
  many as it may, so that each new token takes an old one's place.
- Calls of the API go to a server of our own that answers at once, from memory, in a process of its own; listing is one
  page of 500 users, 1 MB. With @clerk/backend that is two requests at once, the second for the count.
- A listing is untouched when it is known how many items it has, and none was looked at. Ours has then checked that it is JSON,
  and reads an item when it is looked at; where others stand beside it, they have read them all.
- Of a webhook its type is read. Peers read the whole body for that, and so does ours in Rust; in Python and Node its data is
  read when it is looked at. In Rust the peer is standardwebhooks with \`serde_json\`.
- Ours has \`authorized_parties\` from its client; in Node it gets requests as a Node server has them, today's SDK a ready \`Request\`,
  whose making is not counted.
- Import and memory are of processes that import the package, make one client and end; memory is what they have resident
  beyond a process that does nothing. Size on disk is the installed package and all that it brings along.
- Native modules are built as they are published, with the \`dist\` profile; emulator and command are in a package of their own,
  which production does without. All contenders in Rust are built for speed alone, today's SDK and the limit too.
`;
}
