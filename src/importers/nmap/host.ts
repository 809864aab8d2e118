/** What one `<host>` element holds, as strings from the report; plain attributes, nothing judged yet. */
export type Host = {
  address?: string;
  name?: string;
  up: boolean;
  /** `user-set` means -Pn: nobody checked that the host exists. */
  reason: string;
  timedOut: boolean;
  /** It has a `<ports>` element: ports were looked at, not only a ping. */
  portsSeen: boolean;
  /** Ports collapsed into one line, by state. */
  extra: { state: string; count: number }[];
  ports: HostPort[];
  scripts: Script[];
};

export type HostPort = {
  port: number;
  proto: string;
  state: string;
  service?: { name: string; product: string; version: string; probed: boolean };
  scripts: Script[];
};

/** Output of one NSE script: what it printed and its structured result. */
export type Script = { id: string; output: string; table: Table };

/** `<table>` and `<elem>` of NSE: children by key where they have one, otherwise in order under ''. */
export type Table = { elems: { key: string; value: string }[]; tables: { key: string; table: Table }[] };

export const newHost = (timedOut: boolean): Host => ({
  up: false,
  reason: '',
  timedOut,
  portsSeen: false,
  extra: [],
  ports: [],
  scripts: [],
});

export const newTable = (): Table => ({ elems: [], tables: [] });

/** The value of an `<elem key=…>` directly inside, if there. */
export const elem = (table: Table, key: string): string | undefined =>
  table.elems.find((each) => each.key === key)?.value;

/** The `<table key=…>` directly inside, if there. */
export const inner = (table: Table, key: string): Table | undefined =>
  table.tables.find((each) => each.key === key)?.table;

/** Every table at any depth, the given one first. */
export function* everyTable(table: Table, key = ''): Generator<{ key: string; table: Table }> {
  yield { key, table };
  for (const child of table.tables) yield* everyTable(child.table, child.key);
}
