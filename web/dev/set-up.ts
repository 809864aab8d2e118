import { implement, ORPCError } from '@orpc/server';
import type { contract as Contract } from '../../src/http/contract.ts';
import { office } from './clauses.ts';

type Step = 'start' | 'packs' | 'units' | 'people' | 'acts' | 'finish' | 'done';
const tx = (zh: string, en: string) => ({ zh, en });
const card = (name: string, title: [string, string], audience: [string, string], clauses: number, forms: number) => ({
  name,
  version: '1.0.0',
  title: tx(...title),
  audience: tx(...audience),
  clauses,
  forms,
  uses: ['base'],
  adopted: false,
});

/** First run, in memory; the code is 1234-5678. */
export function setUp(contract: typeof Contract) {
  const os = implement(contract).$context<{ persona: string }>();
  let step: Step = 'start';
  let name = '';
  const status = () => ({
    step,
    codeRequired: true,
    demoReady: true,
    ...(name && { organisation: { id: 'o2', name } }),
  });
  const to = (next: Step) => {
    step = next;
    return status();
  };
  return {
    status: os.setup.status.handler(status),
    start: os.setup.start.handler(({ input }) => {
      if (input.code !== '1234-5678') throw wrongCode();
      name = input.organisation.name;
      return to('packs');
    }),
    packs: os.setup.packs.handler(() => [
      card(
        'xiluo',
        ['資訊系統開發與維護管理程序', 'System development and maintenance'],
        ['鄉鎮公所', 'Township office'],
        136,
        31,
      ),
      card('twvs', ['通信與作業管理程序書', 'Communications and operations'], ['學校', 'School'], 143, 28),
      card('dahe', ['通信與作業管理程序', 'Communications and operations'], ['公司', 'Company'], 118, 22),
      card('mobile4g', ['4G 應用服務資安作業', '4G application service'], ['行動服務業者', 'Mobile operator'], 164, 26),
      card(
        'taoyuan',
        ['資通系統開發及營運原則', 'Development and operation principles'],
        ['直轄市政府', 'City government'],
        52,
        9,
      ),
      card(
        'annex10',
        ['資通系統防護基準（附表十）', 'Statutory protection baseline'],
        ['各機關', 'All agencies'],
        80,
        4,
      ),
    ]),
    adopt: os.setup.adopt.handler(({ input }) => {
      to('units');
      return {
        clauses: 136 + (input.packs.length - 1) * 52,
        types: 42,
        parameters: office.parameters
          .filter((each) => each.values.length > 0)
          .map((each, n) => ({
            ...each,
            values: [
              ...each.values.map(({ pack, value }) => ({ from: pack, value, clause: `${pack}.5.2` })),
              ...(n % 4 === 0 && typeof each.value === 'number' ? [{ from: 'taoyuan', value: each.value * 2 }] : []),
            ],
            setBy: { pack: each.values[0]!.pack, clause: 'xiluo.5.2.2' },
            usedBy: [],
          })),
      };
    }),
    units: os.setup.units.handler(({ input }) => {
      to('people');
      return input.units.map(({ key, name: called }) => ({ id: `unit-${key}`, name: called, key }));
    }),
    people: os.setup.people.handler(({ input }) => {
      to('acts');
      return input.people.map((person, n) => ({ id: `p${n + 1}`, name: person.name }));
    }),
    acts: os.setup.acts.handler(() => [
      act(
        'go_live',
        '資訊系統上線作業紀錄表',
        'Go-live record',
        'accept',
        '審查合格',
        'Accept',
        0,
        '主機房管理人員',
        'Machine-room manager',
        'xiluo.3.5.1',
      ),
      act(
        'policy_document',
        '管理文件',
        'Policy document',
        'publish',
        '核定發布',
        'Publish',
        1,
        '資安長',
        'CISO',
        'xiluo.3.1',
      ),
      act(
        'incident',
        '資通安全事件',
        'Incident',
        'close',
        '結案',
        'Close',
        1,
        '資安專責人員',
        'Security officer',
        'xiluo.3.7.4',
      ),
    ]),
    finish: os.setup.finish.handler(() => to('done')),
  };
}

function act(
  type: string,
  zh: string,
  en: string,
  action: string,
  labelZh: string,
  labelEn: string,
  persons: number,
  roleZh: string,
  roleEn: string,
  clause: string,
) {
  const why =
    persons === 0
      ? tx('沒有人擔任此角色', 'Nobody holds this role')
      : tx('只有一人擔任，可能須自行核准', 'Only one person holds it');
  return {
    type,
    typeLabel: tx(zh, en),
    action,
    label: tx(labelZh, labelEn),
    why,
    roles: [tx(roleZh, roleEn)],
    clauses: [clause],
  };
}

function wrongCode() {
  const message = tx(
    '設定碼不正確。設定碼印在第一次啟動的畫面上。',
    'The code is wrong. It was printed at first start.',
  );
  return new ORPCError('REFUSED', {
    defined: true,
    status: 422,
    data: { refused: [{ code: 'invalid' as const, field: 'code', message }] },
  });
}
