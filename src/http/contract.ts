import type { ContractRouterClient } from '@orpc/contract';
import { populations } from './contract/audit.ts';
import { calendar } from './contract/calendar.ts';
import { keeping } from './contract/keeping.ts';
import { certificate, mail } from './contract/network.ts';
import { packages } from './contract/packages.ts';
import { me, people, resets, setup, units, watched } from './contract/people.ts';
import { digest, findings, notices, parameters, procedure, scans, tokens, trail, views } from './contract/proof.ts';
import { checklists, plan, texts } from './contract/texts.ts';
import { lookups, records, registers, tasks, types } from './contract/work.ts';

/**
 * The whole API, once. Programs speak it as REST under `/api/v1` (OpenAPI 3.1 is generated from here); pages speak the same
 * procedures as oRPC under `/api/rpc`. Moments are ISO UTC, dates ISO `2026-11-20`; screens turn them into ROC dates.
 * Every command carries `commandId`, a UUID made by the caller: the same one again gives the stored answer (`Idempotency-Key` in REST).
 * An expected "no" is the error REFUSED with the list of refusals; anything unexpected is INTERNAL_SERVER_ERROR with a reference.
 */

/** Doors outside oRPC: streams and files. */
export const plainRoutes = {
  upload: 'POST /api/v1/files', // multipart, one part `file`; answers {id, name, sha256, size, media}
  download: 'GET /api/v1/files/{sha256}', // `?name=` sets the file name
  print: 'GET /api/v1/records/{id}/print.{format}', // pdf, odt; `?asOf=`
  package: 'GET /api/v1/packages/{id}/package.zip', // made by `packages.make`: PDFs, index and proofs that verify offline
  stream: 'GET /api/v1/stream', // SSE; event `changed` {records: [id], tasks: boolean, notices: boolean}
  auth: '/api/auth/*', // better-auth: e-mail and password, TOTP, passkeys, sessions
} as const;
export type Changed = { records: string[]; tasks: boolean; notices: boolean };
/** Rows entered so far by an act on a record that brings many along. */
export type Progress = { record: string; done: number; all: number };
export type Uploaded = { id: string; name: string; sha256: string; size: number; media: string };

export const contract = {
  me,
  setup,
  tasks,
  types,
  records,
  registers,
  lookups,
  procedure,
  texts,
  checklists,
  plan,
  parameters,
  people,
  units,
  watched,
  resets,
  trail,
  notices,
  digest,
  scans,
  findings,
  views,
  tokens,
  calendar,
  populations,
  packages,
  keeping,
  certificate,
  mail,
};
/** What a typed client of the API looks like. */
export type Api = ContractRouterClient<typeof contract>;
