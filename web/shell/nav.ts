import { type LinkProps, linkOptions } from '@tanstack/react-router';
import type { Me } from '../../src/runtime/views.ts';

/** What the navigation offers, in order; an entry without its page is not shown. */
export type NavEntry = {
  link: LinkProps;
  key:
    | 'home'
    | 'requests'
    | 'cases'
    | 'procedure'
    | 'registers'
    | 'findings'
    | 'scanImport'
    | 'parameters'
    | 'people'
    | 'calendar'
    | 'connection'
    | 'populations'
    | 'package'
    | 'keeping'
    | 'trail';
  /** The page file it needs, when that page is delivered separately. */
  file?: string;
  count?: (me: Me) => number;
  /** Only for whom it means something; the server decides about access. */
  shown?: (me: Me) => boolean;
};
export type NavGroup = { key: 'work' | 'operation' | 'governance'; entries: NavEntry[] };

const plain = (me: Me) => me.roles.every((held) => held.role === 'all_staff') && !me.auditor && !me.administrator;
const notPlain = (me: Me) => !plain(me);
/** Management mode: who only administers, and has no business of their own here. */
export const onlyManages = (me: Me) =>
  me.administrator && me.roles.every((held) => held.role === 'administrator' || held.role === 'all_staff');
/** An auditor from elsewhere: reads within a scope, and does nothing else. */
export const isOutsider = (me: Me) => me.outside !== undefined;
const works = (me: Me) => !onlyManages(me) && !isOutsider(me);
const looksAround = (me: Me) => notPlain(me) && !isOutsider(me);
const operates = (me: Me) => notPlain(me) && works(me);

/** Whether a role is one's own, or of somebody one stands in for. */
export const holds = (me: Me, roles: string[]) =>
  me.roles.some((held) => roles.includes(held.role)) ||
  me.actsFor.some((each) => each.roles.some((role) => roles.includes(role)));
/** The server opens the ledger to these; others would meet a refusal. */
export const readsTrail = (me: Me) =>
  holds(me, ['auditor', 'security_officer', 'ciso', 'isms_coordinator', 'isms_team_lead']);
/** Whoever audits or oversees takes evidence home. */
export const makesPackages = (me: Me) => readsTrail(me) || isOutsider(me);
const keepsRecords = (me: Me) => readsTrail(me) || holds(me, ['room_manager']);
const keepsCalendar = (me: Me) => me.administrator || holds(me, ['isms_coordinator', 'security_officer']);

/** Who takes part in resets of other people's passwords; a head only of those below, which the server knows. */
export const mayReset = (me: Me) =>
  me.administrator || holds(me, ['security_officer', 'isms_coordinator', 'unit_head']);

/** A yearly requester: five plain doors and nothing else. */
export const isPlainRequester = plain;

export const navigation: NavGroup[] = [
  {
    key: 'work',
    entries: [
      { link: { to: '/' }, key: 'home', count: (me) => me.counts.tasks },
      { link: { to: '/requests' }, key: 'requests', shown: works },
      { link: { to: '/cases' }, key: 'cases', shown: (me) => works(me) || isOutsider(me) },
      { link: { to: '/procedure' }, key: 'procedure', file: 'procedure/page' },
    ],
  },
  {
    key: 'operation',
    entries: [
      { link: { to: '/registers' }, key: 'registers', shown: (me) => operates(me) || isOutsider(me) },
      { link: linkOptions({ to: '/lists/$type', params: { type: 'finding' } }), key: 'findings', shown: operates },
      { link: { to: '/import/scan' }, key: 'scanImport', file: 'import/scan', shown: operates },
    ],
  },
  {
    key: 'governance',
    entries: [
      { link: { to: '/parameters' }, key: 'parameters', file: 'parameters/page', shown: looksAround },
      { link: { to: '/people' }, key: 'people', file: 'people/page', shown: looksAround },
      { link: { to: '/calendar' }, key: 'calendar', shown: keepsCalendar },
      { link: { to: '/connection' }, key: 'connection', shown: (me) => me.administrator },
      { link: { to: '/populations' }, key: 'populations', file: 'populations/page', shown: makesPackages },
      { link: { to: '/package' }, key: 'package', shown: makesPackages },
      { link: { to: '/keeping' }, key: 'keeping', shown: keepsRecords },
      { link: { to: '/trail' }, key: 'trail', file: 'trail/page', shown: readsTrail },
    ],
  },
];
