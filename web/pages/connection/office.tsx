import { useState } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import type { Reach } from '../../../src/http/contract/network.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';
import type { Ask } from './own.tsx';

/** A certificate the office was given. Files are read here and sent once; the key is kept by the server only. */
export function Office({ reach, busy, onSet }: { reach: Reach; busy: boolean; onSet: Ask }) {
  const now = reach.certificate;
  const [name, setName] = useState(now.kind === 'office' ? (now.names[0] ?? '') : '');
  const [certificates, setCertificates] = useState('');
  const [key, setKey] = useState('');
  const [pfx, setPfx] = useState<{ name: string; base64: string }>();
  const [passphrase, setPassphrase] = useState('');
  const missing = !name.trim() || (!pfx && !certificates.trim());
  const take = async (file: File) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (/\.(pfx|p12)$/i.test(file.name)) return setPfx({ name: file.name, base64: base64(bytes) });
    const text = new TextDecoder().decode(bytes);
    if (/PRIVATE KEY-----/.test(text) && !/BEGIN CERTIFICATE-----/.test(text)) setKey(text);
    else setCertificates((before) => `${before}${before && '\n'}${text}`);
  };
  const takeAll = async (files: FileList | null) => {
    for (const file of files ?? []) await take(file);
  };
  const secret = passphrase ? { passphrase } : {};
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSet(() =>
          api.certificate.office(
            pfx
              ? { kind: 'pfx', pfx: pfx.base64, name, ...secret }
              : { kind: 'pem', certificates, key, name, ...secret },
          ),
        );
      }}
    >
      <TextControl
        label={t('connection.office.name')}
        help={t('connection.office.nameHelp')}
        must
        value={name}
        onChange={setName}
      />
      <div className="row">
        <FileTrigger
          acceptedFileTypes={['.pfx', '.p12', '.pem', '.crt', '.cer', '.key', '.txt']}
          allowsMultiple
          onSelect={(files) => void takeAll(files)}
        >
          <Button>{t('connection.office.choose')}</Button>
        </FileTrigger>
        <span className="sub">{pfx ? pfx.name : t('connection.office.chooseHelp')}</span>
        {pfx && (
          <Button look="quiet" onPress={() => setPfx(undefined)}>
            {t('connection.office.other')}
          </Button>
        )}
      </div>
      {!pfx && (
        <>
          <TextControl
            label={t('connection.office.certificates')}
            help={t('connection.office.certificatesHelp')}
            lines={5}
            value={certificates}
            onChange={setCertificates}
          />
          <TextControl label={t('connection.office.key')} lines={4} value={key} onChange={setKey} />
        </>
      )}
      <TextControl
        label={t('connection.office.passphrase')}
        help={t('connection.office.passphraseHelp')}
        type="password"
        autoComplete="off"
        value={passphrase}
        onChange={setPassphrase}
      />
      <div className="row">
        <Button type="submit" look="go" busy={busy} why={missing ? t('connection.office.missing') : undefined}>
          {t('connection.office.use')}
        </Button>
      </div>
    </form>
  );
}

const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
