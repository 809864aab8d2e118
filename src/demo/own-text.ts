import type { Story } from './story.ts';

/** The office's own regulation, with its own numbers, mapped to the pack; and a checklist of the ministry's that leads to the same evidence. */
export function ownText(story: Story): void {
  story.on(-60, '10:20', async () => {
    await story.run(
      'procedures.import',
      { ...CARD, clauses: CLAUSES.map(({ ours: _ours, ...clause }) => clause) },
      'hsieh',
    );
  });
  story.on(-60, '11:40', async () => {
    const links = CLAUSES.flatMap(({ ours, heading }, at) =>
      heading ? [] : [{ clause: `c${at + 1}`, ours: ours.map((id) => `xiluo.${id}`) }],
    );
    await story.run(
      'procedures.link',
      { text: CARD.text, edition: 1, links: links.filter(({ ours }) => ours.length > 0) },
      'hsieh',
    );
    const closing = { clause: `c${CLAUSES.length}`, ours: [], why: '附則，僅說明施行' };
    await story.run('procedures.link', { text: CARD.text, edition: 1, links: [closing] }, 'hsieh');
  });
  story.on(-58, '09:30', async () => {
    const questions = QUESTIONS.map(([number, part, text, hint]) => ({ number, part, text, hint }));
    const links = QUESTIONS.flatMap(([, , , , ours], at) =>
      ours.length > 0 ? [{ at, ours: ours.map((id) => `xiluo.${id}`) }] : [],
    );
    await story.run(
      'procedures.import_checklist',
      {
        checklist: 'demo-checklist',
        title: '115 年度資通安全稽核自評表（節錄）',
        authority: '數位發展部資通安全署',
        questions,
        links,
      },
      'hsieh',
    );
  });
}

const CARD = {
  text: 'demo-regulation',
  title: '資訊系統建置及維運作業要點',
  number: 'XH-ISMS-B-07',
  version: '2.1',
  classification: '一般',
  issued: '2026-03-02',
};

type Clause = { level: number; number: string; text: string; heading: boolean; ours: string[] };
const chapter = (number: string, text: string): Clause => ({ level: 0, number, text, heading: true, ours: [] });
const article = (number: string, text: string, ...ours: string[]): Clause => ({
  level: 1,
  number,
  text,
  heading: false,
  ours,
});
const item = (number: string, text: string, ...ours: string[]): Clause => ({
  level: 2,
  number,
  text,
  heading: false,
  ours,
});

const CLAUSES: Clause[] = [
  chapter('第一章', '總則'),
  article('第一條', '西河鄉公所為使資訊系統自取得至停用皆有安全管控，訂定本要點。', '0', '1'),
  article('第二條', '本所及所屬單位之資訊系統、主機及網路設備，均適用本要點。', '2'),
  article(
    '第三條',
    '本要點由資安執行小組擬訂，經組長審閱，陳資通安全長核定後施行；執行情形由承辦人每半年彙報。',
    '3.1',
    '3.2.a',
    '3.3',
    '3.4',
  ),
  chapter('第二章', '申請及審查'),
  article(
    '第四條',
    '需求單位辦理系統建置、改版或測試，應填具資訊服務申請表及上線作業紀錄表，經核可後始得動工。',
    '3.7.4',
    '5.2.1.a',
    '5.2.1.c',
  ),
  article('第五條', '前條申請應載明下列事項：'),
  item('一、', '作業緣由、方法及影響範圍。', '5.2.1.b'),
  item('二、', '所需連線之來源、目的及服務埠，不得以全部開放代之。', '5.2.2.2.5'),
  item('三、', '使用實體網路位址者，其必要性及防護方式。', '5.2.2.2.6'),
  article('第六條', '機房管理人員受理後，應查核內容與附件是否完備，並書明審查意見。', '3.5.1', '5.2.2.1'),
  article(
    '第七條',
    '申請上線之系統，應於審查前一個月內完成弱點掃描；發現之弱點應於上線前處理完畢。',
    '5.2.2.3.3',
    '5.1.6.b',
  ),
  article('第八條', '惡意程式檢測應記明工具及版本，且無檢出。', '5.2.2.3.4'),
  article('第九條', '申請單位應備妥安裝手冊、系統架構圖及緊急復原方法。', '5.2.2.3.5', '3.8.2'),
  chapter('第三章', '檢測及上線'),
  article(
    '第十條',
    '上線前應於測試環境依序辦理安裝、備援復原及安全檢測，不合格者修正後重測。',
    '5.0.4',
    '5.0.5',
    '5.3.1.1',
    '5.3.2.1',
  ),
  article(
    '第十一條',
    '測試以去識別資料為原則；確需真實資料者，應先獲授權，用畢立即刪除並留存紀錄。',
    '5.3.4.1.a',
    '5.3.4.2.2',
    '5.3.4.2.3',
    '5.3.4.2.4',
  ),
  article('第十二條', '作業環境僅得存放經核准之執行檔；原始碼及編譯工具不得留置。', '5.4.1.2.a', '5.4.1.2.b'),
  article('第十三條', '每次更新應保留前一版本，以備緊急還原。', '5.4.1.4', '5.4.3.2.a'),
  chapter('第四章', '維運'),
  article(
    '第十四條',
    '維護作業以遠端登入為原則；進入機房者，應於申請時載明並經同意。',
    '5.2.2.2.4',
    '5.4.0.a',
    '5.4.0.b',
  ),
  article('第十五條', '維護前應評估對重要系統之影響，過程應留存紀錄。', '5.4.2.1', '5.4.2.3', '3.6.5'),
  article(
    '第十六條',
    '接獲弱點通報時，應評估所管系統是否受影響，並通知相關人員處理。',
    '3.5.5',
    '3.5.6',
    '5.4.2.4.b',
    '5.4.2.4.c',
  ),
  article('第十七條', '資料異動應由應用系統辦理，未經核准不得直接修改資料庫。', '5.4.2.5.1'),
  article('第十八條', '本要點自核定日施行。'),
];

type Question = [number: string, part: string, text: string, hint: string, ours: string[]];
const QUESTIONS: Question[] = [
  [
    '1.1',
    '策略面',
    '機關是否訂定資訊系統開發及維護之安全管理規定，並經資通安全長核定？',
    '核定公文、管理規定',
    ['1', '3.1'],
  ],
  ['1.2', '策略面', '是否定期檢討前述規定之執行成效？', '檢討會議紀錄', ['3.3']],
  ['2.1', '管理面', '系統上線或變更前，是否經書面申請並完成審查？', '申請表、審查紀錄', ['5.2.1.a', '5.2.2.1']],
  ['2.2', '管理面', '防火牆連線申請是否以最小必要為原則？', '連線申請及覆核紀錄', ['5.2.2.2.5']],
  ['3.1', '技術面', '系統上線前是否辦理弱點掃描，並完成修補？', '掃描報告、修補紀錄', ['5.2.2.3.3', '5.3.3.1']],
  ['3.2', '技術面', '測試如使用真實資料，是否經授權並於測試後刪除？', '授權及刪除紀錄', ['5.3.4.2.2', '5.3.4.2.3']],
  ['3.3', '技術面', '是否定期檢視對外開放之通訊埠？', '掃描紀錄', []],
];
