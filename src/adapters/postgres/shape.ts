import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Text, text } from '../../kernel/text.ts';
import type { Db, Tx } from '../../runtime/module.ts';

/**
 * The shape of the database as its catalogue tells it, a line each: tables, columns, indexes, constraints, triggers, rules, policies and
 * functions of our schemas, and whatever else could answer in their place. `migrations/shape.txt` has what the migrations make.
 */
export async function readShape(db: Db): Promise<string[]> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      // With nothing of ours in the path, every name of ours is written with its schema, whoever asks.
      await sql`select pg_catalog.set_config('search_path', 'pg_catalog', true)`.execute(tx);
      const lines: string[] = [];
      for (const question of QUESTIONS) lines.push(...(await linesOf(tx, question)));
      return lines.sort();
    });
}

/** How a database differs from what this release's migrations make, named; nothing when it does not. */
export async function shapeFaults(db: Db, expected: readonly string[]): Promise<Text[]> {
  const found = await readShape(db);
  const [known, there] = [new Set(expected), new Set(found)];
  const extra = found.filter((line) => !known.has(line));
  const lacking = expected.filter((line) => !there.has(line));
  return [
    ...extra.map((line) => text(`資料庫多出或改成：${line}`, `the database has, and no migration made: ${line}`)),
    ...lacking.map((line) => text(`資料庫缺少：${line}`, `the database lacks: ${line}`)),
  ].slice(0, MOST);
}

const MOST = 40;

/** What the migrations of a folder make, as it was written down with them (`npm run shape`), and the last of those there were then. */
export function shapeOf(migrations: string): { last: string; lines: string[] } {
  const [last = '', ...lines] = readFileSync(join(migrations, SHAPE), 'utf8').replaceAll('\r\n', '\n').split('\n');
  return { last, lines: lines.filter(Boolean) };
}

export const SHAPE = 'shape.txt';

/** Which migrations a shape was written down behind: how many, and the newest. */
export function behind(migrations: string): string {
  const names = readdirSync(migrations).filter((name) => name.endsWith('.sql'));
  return `${names.length} ${names.sort().at(-1)}`;
}

async function linesOf(tx: Tx, question: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> {
  return (await question.execute(tx)).rows.map(({ line }) => line.replace(/\s+/g, ' ').trim());
}

/** Ours; others of the database are no business of ours as long as our connections do not look there. */
const OURS = sql`('public', 'auth')`;
/** What administrators add to look at a server, and what is there from the beginning. */
const HARMLESS = sql`('plpgsql', 'pg_stat_statements', 'pg_stat_kcache', 'pgaudit', 'pg_buffercache', 'pgstattuple', 'amcheck', 'pageinspect')`;
const ofExtension = (catalogue: string, oid: ReturnType<typeof sql>) =>
  sql`exists (select from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
    where d.classid = ${sql.lit(catalogue)}::regclass and d.objid = ${oid} and d.deptype = 'e' and e.extname in ${HARMLESS})`;
/** Whatever initdb made is below; what anybody made later is not. */
const FIRST_MADE = sql`16384`;

const ourTable = sql`n.nspname in ${OURS} and not ${ofExtension('pg_class', sql`c.oid`)}`;
const named = sql`n.nspname || '.' || c.relname`;

const QUESTIONS = [
  sql<{
    line: string;
  }>`select 'relation ' || ${named} || ' ' || c.relkind::text || c.relpersistence::text || ' ' || coalesce(am.amname, '-')
      || case when c.relrowsecurity then ' rls' else '' end || case when c.relforcerowsecurity then ' forced' else '' end
      || coalesce(' under ' || (select string_agg(i.inhparent::regclass::text, ',') from pg_inherits i where i.inhrelid = c.oid), '')
      || case when c.relkind in ('v', 'm') then ' as ' || pg_get_viewdef(c.oid) else '' end as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_am am on am.oid = c.relam
    where ${ourTable} and c.relkind not in ('i', 'I', 't')`,
  sql<{ line: string }>`select 'column ' || ${named} || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attcollation not in (0, 100, (select oid from pg_collation where collname = 'default')) then ' collate ' || a.attcollation::regcollation::text else '' end
      || case when a.attgenerated <> '' then ' generated ' || a.attgenerated::text else '' end
      || case when a.attidentity <> '' then ' identity ' || a.attidentity::text else '' end
      || coalesce(' default ' || pg_get_expr(x.adbin, x.adrelid), '') as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef x on x.adrelid = c.oid and x.adnum = a.attnum
    where ${ourTable} and c.relkind in ('r', 'p', 'f', 'c')`,
  sql<{
    line: string;
  }>`select pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' invalid' end as line
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ourTable} and c.relkind <> 't'`,
  sql<{ line: string }>`select 'constraint ' || ${named} || ' ' || pg_get_constraintdef(k.oid) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ourTable} and k.contype in ('c', 'f', 'p', 'u', 'x')`,
  sql<{ line: string }>`select 'trigger ' || t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid) as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ${OURS} and not t.tgisinternal`,
  sql<{ line: string }>`select 'keys of ' || ${named} || ' are not enforced' as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ${OURS} and t.tgisinternal and t.tgenabled <> 'O' group by n.nspname, c.relname`,
  sql<{ line: string }>`select pg_get_ruledef(r.oid) as line
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where ${ourTable} and r.rulename <> '_RETURN'`,
  sql<{
    line: string;
  }>`select 'policy ' || p.polname || ' on ' || ${named} || ' ' || p.polcmd::text || case when p.polpermissive then '' else ' restrictive' end
      || case when p.polroles = '{0}' then '' else ' for some' end
      || coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '') || coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '') as line
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${OURS}`,
  sql<{
    line: string;
  }>`select 'function ' || p.oid::regprocedure::text || ' ' || pg_get_function_result(p.oid) || ' ' || l.lanname || ' ' || p.provolatile::text
      || case when p.prosecdef then ' definer' else '' end || case when p.proleakproof then ' leakproof' else '' end
      || coalesce(' ' || array_to_string(p.proconfig, ' '), '') || ' ' || md5(regexp_replace(p.prosrc, '\s+', ' ', 'g') || coalesce(pg_get_function_sqlbody(p.oid), '')) as line
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
    where not ${ofExtension('pg_proc', sql`p.oid`)} and (n.nspname in ${OURS} or (n.nspname = 'pg_catalog'
      and (p.oid >= ${FIRST_MADE} or l.lanname not in ('internal', 'c', 'sql'))))`,
  sql<{
    line: string;
  }>`select 'operator ' || o.oid::regoperator::text as line from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
    where o.oid >= ${FIRST_MADE} and (n.nspname in ${OURS} or n.nspname = 'pg_catalog') and not ${ofExtension('pg_operator', sql`o.oid`)}`,
  sql<{
    line: string;
  }>`select 'cast ' || format_type(c.castsource, null) || ' to ' || format_type(c.casttarget, null) as line from pg_cast c
    where c.oid >= ${FIRST_MADE} and not ${ofExtension('pg_cast', sql`c.oid`)}`,
  sql<{
    line: string;
  }>`select 'type ' || format_type(t.oid, null) || ' ' || t.typtype::text as line from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where (n.nspname in ${OURS} or (n.nspname = 'pg_catalog' and t.oid >= ${FIRST_MADE})) and t.typtype not in ('c', 'b')
      and not ${ofExtension('pg_type', sql`t.oid`)}`,
  sql<{
    line: string;
  }>`select 'collation ' || c.collname || case when c.collisdeterministic then '' else ' not deterministic' end as line
    from pg_collation c join pg_namespace n on n.oid = c.collnamespace where n.nspname in ${OURS} or not c.collisdeterministic`,
  sql<{ line: string }>`select 'extension ' || extname as line from pg_extension where extname not in ${HARMLESS}`,
  sql<{
    line: string;
  }>`select 'event trigger ' || evtname || ' ' || evtevent as line from pg_event_trigger where evtenabled <> 'D'`,
  sql<{ line: string }>`select 'subscription ' || s.subname as line from pg_subscription s
    join pg_database d on d.oid = s.subdbid where d.datname = current_database()`,
  sql<{
    line: string;
  }>`select 'setting of ' || case when s.setrole = 0 then 'everybody' else 'a role' end || ' ' || split_part(one, '=', 1) as line
    from pg_db_role_setting s cross join unnest(s.setconfig) as one left join pg_database d on d.oid = s.setdatabase
    where (s.setdatabase = 0 or d.datname = current_database()) and (s.setrole = 0 or s.setrole = (select oid from pg_roles where rolname = current_user))
      and split_part(one, '=', 1) in ('search_path', 'session_replication_role', 'row_security', 'session_preload_libraries',
        'local_preload_libraries', 'role', 'check_function_bodies', 'zero_damaged_pages', 'ignore_checksum_failure')`,
  sql<{
    line: string;
  }>`select 'server ' || name || ' ' || setting as line from pg_settings where name in ('session_replication_role', 'zero_damaged_pages', 'ignore_checksum_failure', 'ignore_system_indexes', 'row_security')
    and setting is distinct from boot_val`,
];
