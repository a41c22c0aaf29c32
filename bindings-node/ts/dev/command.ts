/** The command `usher`: all of it is native. @internal */

import { devModule } from './index.js';

// Without listeners Node has handlers of its own, which end the process by raising the signal again. The command adds to
// the handlers it finds, so it must not find those.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

// Its own exit, and not the end of the event loop, which the listeners keep from ending.
process.exit(devModule().NativeCommand.run(['usher', ...process.argv.slice(2)]));
