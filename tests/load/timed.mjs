// Dossiers whose workflow holds a timer: a version of a sample procedure with a reminder at its first step, one dossier of it
// handed in through the portal, and as many copies as wanted.
import fs from 'node:fs';
import path from 'node:path';
import { output, root } from './setup.mjs';
import { submitTemplate } from './workloads.mjs';

const sample = path.join(root, 'samples/procedures/2.000635');

// `definition`: <timeDuration> or <timeCycle> of the reminder. It does not interrupt; each time it opens a step of its own.
export async function publishTimed(world, definition) {
  const folder = path.join(world.folder, 'timed');
  fs.cpSync(sample, folder, { recursive: true });
  const file = path.join(folder, 'workflow.bpmn');
  const model = fs.readFileSync(file, 'utf8');
  const reminder = `<boundaryEvent id="nhac" attachedToRef="tiep_nhan" cancelActivity="false"><outgoing>flow_nhac_1</outgoing>
      <timerEventDefinition id="nhac_timer">${definition}</timerEventDefinition></boundaryEvent>
    <userTask id="duoc_nhac" name="Được nhắc" camunda:candidateGroups="reception_clerk" motcua:outcomes="forward"><incoming>flow_nhac_1</incoming><outgoing>flow_nhac_2</outgoing></userTask>
    <endEvent id="nhac_xong"><incoming>flow_nhac_2</incoming></endEvent>
    <sequenceFlow id="flow_nhac_1" sourceRef="nhac" targetRef="duoc_nhac"/><sequenceFlow id="flow_nhac_2" sourceRef="duoc_nhac" targetRef="nhac_xong"/>
  </process>`;
  fs.writeFileSync(file, model.replace('</process>', reminder));
  await output(world.program, ['catalogue', 'publish', folder, '--database-url', world.url, '--data', world.data]);
}

// `count` copies of a dossier that is handed in now. Their timers and its own rest until releaseTimers().
export async function timedDossiers(world, count) {
  const template = await submitTemplate(world.port, world);
  await world.psql(`UPDATE timer SET next_at = 'infinity' WHERE dossier_id = '${template}'`);
  const columns = async (table) => (await world.psql(`SELECT string_agg(quote_ident(column_name), ',' ORDER BY ordinal_position)
    FROM information_schema.columns WHERE table_name = '${table}' AND table_schema = 'public'`)).trim();
  const copy = async (table, changes) => {
    const names = await columns(table);
    const values = names.split(',').map((name) => changes[name] ?? `x.${name}`).join(',');
    const key = table === 'dossier' ? 'id' : 'dossier_id';
    return `INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table} x, load_copy c WHERE x.${key} = '${template}'`;
  };
  const own = { dossier_id: 'c.id' };
  await world.psql(
    `CREATE TABLE load_copy AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, ${count}) n`,
    await copy('dossier', { id: 'c.id', code: "x.code || '-' || c.n" }),
    await copy('event', own),
    await copy('workflow_instance', own),
    await copy('task', { ...own, id: 'gen_random_uuid()' }),
    await copy('timer', { ...own, id: 'gen_random_uuid()' }),
    'DROP TABLE load_copy', 'ANALYZE',
  );
}

// All of them are due at once, as soon as the first one is.
export async function releaseTimers(world) {
  while ((await world.psql('SELECT max(due_at) > now() FROM timer')).trim() === 't') await new Promise((resolve) => setTimeout(resolve, 200));
  await world.psql('UPDATE timer SET next_at = due_at');
}
