import { Emulator } from 'clerk-usher/testing';
import { run } from './support.mjs';
const e = Emulator.start();
const env = { USHER_URL: e.url, USHER_KEY: e.secretKey };
e.addFault({latencyMs: 50, route:'/v1/users/{user_id}'});
let bad=0;
for (let i=0;i<150;i++){ const r = await run('exit.cjs',{args:[String((i*7)%90)],env}); if(r.code!==3||r.stderr||r.signal){bad++;console.log(i,r);} }
e.clearFaults();
e.addFault({latencyMs: 2000, route:'/v1/users/{user_id}'});
for (let i=0;i<15;i++) for (const w of ['main-too','workers-only']){ const r = await run('workers.cjs',{args:[w],env}); if(r.code!==0||r.stderr||r.signal){bad++;console.log(w,r);} }
for (let i=0;i<30;i++){ const r = await run('natural.cjs',{env}); if(r.code!==0||r.stderr||r.signal){bad++;console.log(i,r);} }
console.log('bad',bad);
e.stop();
