import { DEMO_PASSWORD } from '../../src/demo/people.ts';

/** What is photographed: who looks (nobody: signed out), where, and what is done there first. */
export type Screen = { name: string; who?: string; path: string; click?: string; setup?: true };

export const password = DEMO_PASSWORD;

const home = (who: string): Screen => ({ name: `home-${who}`, who, path: '/' });

/** `id` gives the id of a record of the demo's story. */
export const screens = (id: (key: string) => string): Screen[] => [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'setup-first-run', path: '/setup', setup: true },
  ...['chen', 'wang', 'lee', 'hsieh', 'kuo', 'chang', 'tu', 'ho'].map(home),
  { name: 'catalogue', who: 'wang', path: '/requests' },
  { name: 'open-service-request', who: 'wang', path: '/requests/service_request' },
  { name: 'open-exception', who: 'chen', path: '/requests/exception' },
  { name: 'cases', who: 'chen', path: '/cases' },
  { name: 'list-go-live', who: 'chen', path: '/lists/go_live' },
  { name: 'list-finding', who: 'kuo', path: '/lists/finding' },
  { name: 'list-host', who: 'chen', path: '/lists/host' },
  { name: 'list-empty', who: 'chen', path: '/lists/capacity_plan' },
  { name: 'registers', who: 'chen', path: '/registers' },
  { name: 'record-go-live-review-refused', who: 'chen', path: `/records/${id('pay25-form')}` },
  { name: 'record-go-live-draft', who: 'wang', path: `/records/${id('relief11-form')}` },
  { name: 'record-go-live-testing', who: 'chen', path: `/records/${id('gis14-form')}` },
  { name: 'record-go-live-owing', who: 'chang', path: `/records/${id('hr73-form')}` },
  { name: 'record-go-live-owing-room-manager', who: 'chen', path: `/records/${id('hr73-form')}` },
  { name: 'record-go-live-filed', who: 'wang', path: `/records/${id('relief10-form')}` },
  { name: 'record-go-live-late', who: 'lee', path: `/records/${id('village33-form')}` },
  { name: 'record-service-request', who: 'chen', path: `/records/${id('data-115-1')}` },
  { name: 'record-exception', who: 'kuo', path: `/records/${id('exception-6')}` },
  { name: 'record-host', who: 'chen', path: `/records/${id('web1')}` },
  { name: 'record-system', who: 'chen', path: `/records/${id('pay')}` },
  { name: 'record-policy', who: 'chang', path: `/records/${id('doc-procedure-2')}` },
  { name: 'record-incident', who: 'kuo', path: `/records/${id('incident-malware')}` },
  { name: 'record-as-of', who: 'tu', path: `/records/${id('hr72-form')}?asOf=@LAST_MONTH@` },
  { name: 'procedures', who: 'hsieh', path: '/procedure' },
  { name: 'procedure-xiluo', who: 'hsieh', path: '/procedure/xiluo' },
  { name: 'procedure-clause-open', who: 'hsieh', path: '/procedure/xiluo', click: '[id="xiluo.5.2.2.3.3"] .cover' },
  { name: 'procedure-as-of', who: 'tu', path: '/procedure/xiluo?asOf=@LAST_MONTH@' },
  { name: 'procedure-plan', who: 'hsieh', path: '/procedure/plan' },
  { name: 'procedure-import', who: 'hsieh', path: '/procedure/texts/import' },
  { name: 'checklists', who: 'hsieh', path: '/procedure/checklists' },
  { name: 'parameters', who: 'hsieh', path: '/parameters' },
  { name: 'people', who: 'ho', path: '/people' },
  { name: 'person', who: 'ho', path: `/people/${id('chen')}` },
  {
    name: 'populations',
    who: 'tu',
    path: '/populations?type=go_live',
    click: 'text=/^抽樣$|^Draw a sample$/ >> nth=-1',
  },
  { name: 'trail', who: 'tu', path: '/trail' },
  { name: 'notices', who: 'wang', path: '/notices' },
  { name: 'home-digest', who: 'lee', path: '/digest' },
  { name: 'home-digest-office', who: 'hsieh', path: '/digest?of=office' },
  { name: 'home-several', who: 'lee', path: '/', click: 'text=/^一次簽核多件$|^Sign several$/' },
  { name: 'account', who: 'wang', path: '/account' },
  { name: 'import-scan', who: 'chen', path: '/import/scan' },
  { name: 'import-host', who: 'chen', path: '/import/host' },
  { name: 'print-go-live', who: 'wang', path: `/api/v1/records/${id('relief10-form')}/print.pdf` },
];
