// Learns from PostgreSQL's own log which statements the server sends for a request, with their values, and writes them as
// scripts for pgbench: the same SQL, in the same pipelines (round trips), under the same role.
import fs from 'node:fs';
import path from 'node:path';

const settings = {
  on: ["log_destination = 'jsonlog'", "log_statement = 'all'", 'log_parameter_max_length = -1', "log_error_verbosity = 'default'"],
  off: ['log_destination', 'log_statement', 'log_parameter_max_length', 'log_error_verbosity'],
};

export class Recorder {
  constructor(world) {
    this.world = world;
  }

  async begin() {
    for (const setting of settings.on) await this.world.psql(`ALTER SYSTEM SET ${setting}`);
    await this.world.psql('SELECT pg_reload_conf()');
    await new Promise((resolve) => setTimeout(resolve, 500));
    this.folder = path.join((await this.world.psql('SHOW data_directory')).trim(), 'log');
  }

  async end() {
    for (const name of settings.off) await this.world.psql(`ALTER SYSTEM RESET ${name}`);
    await this.world.psql('SELECT pg_reload_conf()');
  }

  // What was logged of the server's sessions while `action` ran: [{sql, values}].
  async statements(action) {
    const mark = this.sizes();
    await action();
    await new Promise((resolve) => setTimeout(resolve, 60)); // the log collector
    const lines = [];
    for (const [file, size] of this.sizes()) {
      const bytes = fs.readFileSync(file).subarray(mark.get(file) ?? 0, size);
      lines.push(...bytes.toString('utf8').split('\n').filter((line) => line.startsWith('{')));
    }
    const list = [];
    for (const entry of lines.map((line) => JSON.parse(line))) {
      const match = /^execute [^:]*: ([^]*)$/.exec(entry.message ?? '');
      if (match) list.push({ sql: match[1], values: parseValues(entry.detail ?? ''), pid: entry.pid });
    }
    return withoutLook(list);
  }

  // Types of the parameters, by SQL, as PostgreSQL infers them: a literal alone may be read as another type.
  async types(units) {
    const known = (this.known ??= new Map());
    const fresh = [...new Set(units.flat().map(({ sql }) => sql))].filter((sql) => !known.has(sql) && sql.includes('$1'));
    for (const sql of fresh) {
      const said = await this.world.psql(`PREPARE one AS ${sql}`, 'SELECT array_to_json(parameter_types::text[]) FROM pg_prepared_statements').catch(() => '[]');
      known.set(sql, JSON.parse(said.trim() || '[]'));
    }
    return known;
  }

  sizes() {
    const files = fs.readdirSync(this.folder).filter((name) => name.endsWith('.json'));
    return new Map(files.map((name) => path.join(this.folder, name)).map((file) => [file, fs.statSync(file).size]));
  }
}

// "parameters: $1 = 'it''s', $2 = NULL"
function parseValues(detail) {
  const values = [];
  for (const [, number, text] of detail.matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g)) values[Number(number)] = text === 'NULL' ? null : text.slice(1, -1).replaceAll("''", "'");
  return values;
}

const begins = (sql) => /^(BEGIN|SELECT set_config\('motcua\.tenant'.*read_only)/s.test(sql);

// Not part of the work: what a new session sets, and the look, every two seconds, whether reference data has changed.
function withoutLook(list) {
  const units = [];
  for (const statement of list) {
    if (begins(statement.sql) || units.length === 0) units.push([]);
    units.at(-1).push(statement);
  }
  return units.filter((unit) => !unit.some(({ sql }) => sql.includes('FROM reference_version') || sql.startsWith("SELECT set_config('search_path'")));
}

// A literal; colons hide from pgbench, which would take them for variables.
function literal(value) {
  if (value === null) return 'NULL';
  if (!/[:\\]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\072')}'`;
}

// The server says that these are moments; beside an interval PostgreSQL alone would guess another type.
const moment = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// `units` of one request as a script. `replace`: Map of recorded ids to SQL expressions; `isNew(id)`: made by this request.
export function script(units, { head = '', replace = new Map(), isNew = () => false, types = new Map() } = {}) {
  const lines = [head];
  const text = ({ sql, values }) =>
    `${sql.replaceAll(/\$(\d+)/g, (_, number) => {
      const value = values[Number(number)] ?? null;
      if (replace.has(value)) return `(${replace.get(value)})`;
      if (uuid.test(value ?? '') && isNew(value)) return 'gen_random_uuid()';
      const type = moment.test(value ?? '') ? 'timestamptz' : types.get(sql)?.[Number(number) - 1];
      return type ? `${literal(value)}::${type}` : literal(value);
    })};`.replaceAll('\n', ' ');
  for (const unit of units) {
    const first = unit[0].sql.startsWith('BEGIN') ? unit.findIndex(({ sql }) => /^(INSERT|UPDATE|DELETE|WITH \w+ AS \(INSERT)/.test(sql)) : -1;
    const trips = first > 0 ? [unit.slice(0, first), unit.slice(first)] : [unit];
    for (const trip of trips.filter((one) => one.length > 0)) lines.push('\\startpipeline', ...trip.map(text), '\\endpipeline');
  }
  return `${lines.join('\n')}\n`;
}

export const countTrips = (text) => text.split('\\startpipeline').length - 1;
export const countStatements = (text) => text.split('\n').filter((line) => line.endsWith(';')).length;
