import type { CertificateState } from '../../adapters/tls/certificates.ts';
import { type Text, text } from '../../kernel/text.ts';

/** What administrators are told about the certificate, once per certificate and to be acknowledged; undefined while nothing is due. */
export function certificateNotice(
  state: CertificateState,
): { notice: string; roles: string[]; message: Text; until: string; go: string } | undefined {
  if (state.kind === 'none' || !state.due) return undefined;
  const { what, until } = state.due;
  const day = until.slice(0, 10);
  const message =
    what === 'office'
      ? text(
          `https 憑證將於 ${day} 到期，請向發證單位換發，並於「連線設定」頁更換。逾期後瀏覽器將拒絕開啟本系統。`,
          `The https certificate ends on ${day}. Have it renewed by its issuer and replace it on the page “Connection”; afterwards browsers will refuse this system.`,
        )
      : text(
          `自設憑證中心的根憑證將於 ${day} 到期，請於「連線設定」頁重建，並於各電腦重新安裝。`,
          `The root of the own authority ends on ${day}. Make a new one on the page “Connection” and install it on every computer.`,
        );
  return { notice: `certificate.${until}`, roles: ['administrator'], message, until, go: '/connection' };
}
