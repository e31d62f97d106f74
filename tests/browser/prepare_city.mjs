// Makes the data of a sample city from nothing, for the tests to start from copies of it (MOTCUA_TEST_CITY). One TAP test.
// Usage: node prepare_city.mjs FOLDER, which must not exist.
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Person, startCity } from './city.mjs';

const [folder] = process.argv.slice(2);
console.log('1..1');
const city = await startCity({ time: '2017-03-14T08:30', fresh: true });
const answer = await new Person(city).get('/thu-tuc');
const complaints = city.complaints();
await city.stop({ keep: true });
renameSync(path.join(city.data, 'var'), folder);
rmSync(city.data, { recursive: true, force: true });
const good = answer.status === 200 && complaints.length === 0;
console.log(`${good ? 'ok' : 'not ok'} 1 - a sample city is made from nothing and serves its procedures`);
if (!good) console.error(answer.status, answer.text.slice(0, 800), complaints);
process.exitCode = good ? 0 : 1;
