import type { Text } from '../kernel/text.ts';

/** Who outside this installation has seen the ledger, and when last. */
export type WitnessView = {
  name: string;
  url?: string;
  /** `good` cosigned lately; `stale` not within the age set; `never` not yet; `ahead` saw more than there is: rolled back. */
  state: 'good' | 'stale' | 'never' | 'ahead';
  /** Entries under the newest cosigned checkpoint, and when it was cosigned by the witness's own clock. */
  size?: number;
  at?: string;
  /** Why the last attempt came to nothing. */
  failed?: string;
  ahead?: number;
  /** Without a network: when a request for it was last mailed, and where to. */
  mailed?: { at: string; to: string };
};
/** Whether the signer's key and memory are out of the platform's reach; if not, why. */
export type Separation = { separated: true } | { separated: false; why: Text };
export type Witnesses = {
  sealedSize: number;
  /** Absent where no platform runs that has a signer. */
  signer?: Separation;
  witnesses: WitnessView[];
  /** How many the policy wants, in words; absent when nobody witnesses. */
  quorum?: { met: boolean; size?: number; at?: string };
  /** Hours after which a witness counts as stale: the organisation's parameter. */
  maxAgeHours: number;
  /** The newest RFC 3161 time stamp, and why today's is missing where one is to be had. */
  stamp?: { at: string; size: number };
  stampFailed?: Text;
  /** Sealing has stopped: why. */
  halted?: Text;
  /** The policy file cannot be read: why. */
  unreadable?: Text;
};
