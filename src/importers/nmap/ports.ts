import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Text } from '../../kernel/text.ts';
import type { Service, Severity } from '../types.ts';

const entries = z.array(
  z.strictObject({
    id: z.string(),
    ports: z.array(z.string().regex(/^(tcp|udp)\/\d+$/)),
    services: z.array(z.string()),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
    why: z.strictObject({ zh: z.string(), en: z.string() }),
  }),
);

const base = entries.parse(parse(readFileSync(new URL('ports.yaml', import.meta.url), 'utf8')));
const byPort = new Map(base.flatMap((entry) => entry.ports.map((port) => [port, entry] as const)));
const byService = new Map(base.flatMap((entry) => entry.services.map((name) => [name, entry] as const)));

/**
 * What the base list says of an open port: the service nmap probed decides, on whatever port it hides; a name only
 * guessed from the port number does not. Nothing when the list has no opinion.
 */
export function portConcern(service: Service, probed: boolean): { severity: Severity; why: Text } | undefined {
  const named = probed && service.name ? byService.get(service.name) : undefined;
  return named ?? byPort.get(`${service.proto}/${service.port}`);
}
