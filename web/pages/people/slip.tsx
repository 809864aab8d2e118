import { t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Alert } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import type { Slip } from './resets.tsx';

/** What is handed to the owner on paper: half a page in both languages, the code in large letters, shown this once. */
export function ResetSlip({ slip, onClose }: { slip: Slip; onClose(): void }) {
  return (
    <div className="stack">
      <Alert tone="warn">{t('resets.slipOnce')}</Alert>
      <article className="reset-slip">
        <header>
          <b>{slip.organisation}</b>
          <h3>
            密碼重設單 <span lang="en">Password reset slip</span>
          </h3>
        </header>
        <dl>
          <Line zh="姓名" en="Name" value={slip.account} />
          <Line zh="登入帳號" en="Signs in as" value={slip.email} />
          <Line zh="一次性代碼" en="One-time code" value={<code className="reset-code">{slip.code}</code>} />
          <Line zh="有效期限" en="Valid until" value={showMoment(slip.until)} />
          <Line zh="輸入網址" en="Enter it at" value={slip.address} />
          <Line zh="申請人／核可人" en="Asked / approved by" value={`${slip.askedBy}／${slip.approvedBy}`} />
        </dl>
        <p lang="zh-TW">
          一、於登入頁按「忘記密碼」，或開啟上列網址。二、輸入一次性代碼與新密碼。三、以新密碼登入。
          用畢請銷毀本單；重設後七日內的簽核會加註。
        </p>
        <p lang="en">
          1. On the sign-in page press “Forgot password”, or open the address above. 2. Enter the code and a new
          password. 3. Sign in with it. Destroy this slip afterwards; seals within seven days of a reset are marked.
        </p>
      </article>
      <div className="actions">
        <Button onPress={onClose}>{t('resets.close')}</Button>
        <Button look="go" onPress={() => window.print()}>
          {t('resets.print')}
        </Button>
      </div>
    </div>
  );
}

function Line({ zh, en, value }: { zh: string; en: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>
        {zh} <small lang="en">{en}</small>
      </dt>
      <dd>{value}</dd>
    </div>
  );
}
