import { nameOf } from './documents.ts';
import { finished } from './finished.ts';
import {
  accept,
  type Case,
  capacity,
  endorse,
  failInstallation,
  fill,
  formOf,
  passTests,
  prepare,
  requestOf,
  review,
  scan,
  submit,
} from './go-live.ts';
import { pdf } from './paper.ts';
import { release } from './registers.ts';
import { acceptRequest } from './requests.ts';
import type { Story } from './story.ts';

/** The go-lives of half a year: those that are over, and those under way today. Each tells one thing a procedure is for. */
export function cases(story: Story): void {
  finished(story);
  withdrawn(story);
  refusedInReview(story);
  inTesting(story);
  owing(story);
  waitingForHead(story);
  draft(story);
}

/** Given up by the requester. */
function withdrawn(story: Story): void {
  const one: Case = {
    key: 'gis14a',
    system: 'gis',
    kind: 'change',
    requester: 'chiang',
    head: 'tseng',
    release: 'gis-1.4',
    previous: 'gis-1.3',
    hosts: ['app2'],
    planned: -54,
    installer: 'hsu',
  };
  story.on(-70, '13:40', () => release(story, 'gis-1.4', 'gis', '1.4', 'gis-1.3'));
  story.on(-69, '11:00', () => fill(story, one));
  story.on(-66, '10:20', () =>
    story.act('chiang', formOf(one), 'withdraw', { reason: '圖資版權尚未議定，改於下季辦理' }),
  );
}

/** In review today: a scan made after the application found a high weakness, and the gate refuses until it is closed. */
function refusedInReview(story: Story): void {
  const one: Case = {
    key: 'pay25',
    system: 'pay',
    kind: 'change',
    requester: 'yang',
    head: 'huang',
    release: 'pay-2.5',
    previous: 'pay-2.4',
    hosts: ['web1'],
    planned: 8,
    affects: true,
    installer: 'hsu',
  };
  story.on(-14, '09:30', () => release(story, 'pay-2.5', 'pay', '2.5', 'pay-2.4'));
  story.on(-13, '10:00', () => fill(story, one));
  story.on(-12, '09:30', () => scan(story, one));
  story.on(-12, '11:00', () => submit(story, one));
  story.on(-5, '09:30', () => endorse(story, one));
  story.on(-3, '14:00', () => story.importOf('tsai', 'payment-high.xml', { '10.20.1.11': 'web1' }, 'pay'));
  story.on(-2, '10:00', async () => {
    await acceptRequest(story, requestOf(one));
    await review(story, one);
    await story.refused('chen', formOf(one), 'accept', 'no_high_open', { opinion: '文件齊備' });
    await story.comment('chen', formOf(one), '高風險弱點 CVE-2026-90412 未結，待廠商修補後重掃。');
  });
}

/** Being tested: one test passed, two open. */
function inTesting(story: Story): void {
  const one: Case = {
    key: 'gis14',
    system: 'gis',
    kind: 'change',
    requester: 'chiang',
    head: 'tseng',
    release: 'gis-1.4',
    previous: 'gis-1.3',
    hosts: ['app2'],
    planned: 4,
    installer: 'hsu',
  };
  story.on(-15, '15:00', async () => {
    await capacity(story, 'capacity-115-2', ['app2']);
    await controlsOfGis(story);
  });
  story.on(-13, '14:00', () => fill(story, one));
  story.on(-11, '09:40', () => scan(story, one));
  story.on(-11, '11:20', () => submit(story, one));
  story.on(-9, '09:20', () => endorse(story, one));
  story.on(-7, '10:00', () => accept(story, one));
  story.on(-4, '09:30', () => prepare(story, one));
  story.on(-2, '15:00', () => passTests(story, one, ['installation']));
}

async function controlsOfGis(story: Story): Promise<void> {
  await story.open('hsieh', 'policy_document', 'controls-gis', {
    title: `${nameOf.gis}安控措施`,
    kind: 'security_controls',
    system: story.id('gis'),
    code: 'ISMS-D-gis',
    edition: '1.0',
  });
  await story.save('hsieh', 'controls-gis', {
    body: [await story.file('hsieh', 'controls-gis.pdf', pdf('Security controls of gis'))],
  });
  await story.act('hsieh', 'controls-gis', 'submit');
  await story.act('lin', 'controls-gis', 'agree', { review_opinion: '同意' });
  await story.act('chang', 'controls-gis', 'publish');
}

/** In correction: the corrected release voided what had been sealed; the requester sealed again, head and room manager owe theirs. */
function owing(story: Story): void {
  const { id } = story;
  const one: Case = {
    key: 'hr73',
    system: 'hr',
    kind: 'change',
    requester: 'chou',
    head: 'lin',
    release: 'hr-7.3',
    previous: 'hr-7.2',
    hosts: ['app3'],
    planned: 6,
    installer: 'wu',
  };
  story.on(-17, '09:30', () => release(story, 'hr-7.3', 'hr', '7.3', 'hr-7.2'));
  story.on(-17, '10:30', () => fill(story, one));
  story.on(-16, '09:30', () => scan(story, one));
  story.on(-16, '13:30', () => submit(story, one));
  story.on(-15, '09:50', () => endorse(story, one));
  story.on(-14, '14:30', () => accept(story, one));
  story.on(-13, '09:30', () => prepare(story, one));
  story.on(-11, '14:00', () => passTests(story, one, ['backup_restore', 'security']));
  story.on(-11, '15:30', () => failInstallation(story, one));
  story.on(-11, '16:00', () => story.act('chen', formOf(one), 'fail', { reason: '安裝手冊與實際不符' }));
  story.on(-4, '10:30', async () => {
    await release(story, 'hr-7.3.1', 'hr', '7.3.1', 'hr-7.2');
    const flaws = await story.find('finding', (finding) => finding.values.case === id(formOf(one)));
    for (const flaw of flaws) {
      const fixed = { fix_detail: '補充手冊第 3 節', new_document: '安裝手冊 1.1', new_release: id('hr-7.3.1') };
      await story.actIn('chou', flaw, 'fix', fixed);
    }
  });
  story.on(-2, '11:00', () => story.save('chou', formOf(one), { release: id('hr-7.3.1') }));
  story.on(-2, '11:20', () => submit(story, one));
}

/** Sent five working days ago and not endorsed: late. */
function waitingForHead(story: Story): void {
  const one: Case = {
    key: 'village33',
    system: 'village',
    kind: 'change',
    requester: 'wang',
    head: 'lee',
    release: 'village-3.3',
    previous: 'village-3.2',
    hosts: ['web2'],
    planned: 10,
    installer: 'hsu',
  };
  story.on(-16, '11:00', () => release(story, 'village-3.3', 'village', '3.3', 'village-3.2'));
  story.on(-9, '13:30', () => fill(story, one));
  story.on(-8, '10:00', () => scan(story, one));
  story.on(-7, '16:30', () => submit(story, one));
}

/** A draft in which most gates still refuse. */
function draft(story: Story): void {
  const one: Case = {
    key: 'relief11',
    system: 'relief',
    kind: 'change',
    requester: 'wang',
    head: 'lee',
    release: 'relief-1.1',
    previous: 'relief-1.0.1',
    hosts: ['web3'],
    planned: 15,
    affects: true,
    installer: 'hsu',
  };
  story.on(-5, '11:00', () => release(story, 'relief-1.1', 'relief', '1.1', 'relief-1.0.1'));
  story.on(-3, '10:00', () => fill(story, one, { form: { documents: [] } }));
  story.on(-1, '11:30', () => story.refused('wang', formOf(one), 'submit', 'scan_recent'));
}
