import type { Module } from '../../runtime/module.ts';
import { deployed, free, lastMalwareScan, lastScan, openFindings, retrievable } from './facts.ts';
import { finishScan, importScan, project } from './scan.ts';

/** Scans, what they covered, and the facts about systems and hosts that gates ask. `intact` re-hashes a stored content. */
export const findings = (intact: (sha256: string) => Promise<boolean>): Module => ({
  name: 'findings',
  commands: { 'findings.import': importScan, 'findings.finish': finishScan },
  project,
  facts: {
    last_scan: lastScan,
    open_findings: openFindings,
    last_malware_scan: lastMalwareScan,
    deployed,
    retrievable: retrievable(intact),
    free,
  },
  outside: ['retrievable'], // looks at the stored file
  reads: ['finding', 'registered_result', 'host', 'system', 'software_version'],
});
