import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signedCookie } from './cookie.ts';
import { hashName, nameOf } from './lockout.ts';
import { pace } from './pace.ts';
import { defaultPolicy, passwordFaults } from './policy.ts';
import { hashCode, newCode } from './secretCode.ts';

const owner = { name: '陳小華', email: 'chen@xiluo.gov.tw' };
const faults = (password: string, policy = defaultPolicy) =>
  passwordFaults(password, owner, policy).map((fault) => fault.message.zh);

describe('annex10.ia.authenticator_management.4: password rules', () => {
  test('a long password of three kinds of characters is accepted', () => {
    expect(faults('Xiluo-Township-2026')).toEqual([]);
    expect(faults('安全的密碼Ab1安全的密碼呢')).toEqual([]);
  });

  test('too short, too uniform, too repetitive and telling passwords are refused, each with its reason', () => {
    expect(faults('Short-1')[0]).toContain('至少 12 字元（目前 7）');
    expect(faults('onlysmallletters')[0]).toContain('3 種');
    expect(faults('Aa1Aa1Aa1Aa1Aa1')).toEqual(['密碼的字元過於重複']);
    expect(faults('My-Chen-Password-1')).toEqual(['密碼不得包含姓名或帳號']);
    expect(faults('陳小華-Password-1')).toEqual(['密碼不得包含姓名或帳號']);
    expect(faults(`Ab1-${'xyzuvw'.repeat(30)}`)[0]).toContain('最多 128');
  });

  test('every number is a parameter', () => {
    expect(faults('Short-17', { ...defaultPolicy, passwordMinLength: 8 })).toEqual([]);
    expect(faults('onlysmallletters', { ...defaultPolicy, passwordMinKinds: 1 })).toEqual([]);
  });

  test('full-width letters do not make a password longer or of more kinds', () => {
    expect(faults('ａｂｃｄｅｆｇｈｉｊｋｌｍ')[0]).toContain('3 種');
  });
});

describe('names', () => {
  test('naming twice changes nothing, and spelling does not change the name counted', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (s) => nameOf(nameOf(s)) === nameOf(s)));
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom(' ', '\t', '\u3000', '\u200b', '\u00ad'), (email, blank) => {
        const spelled = [...email.toUpperCase()].join(blank);
        return hashName(spelled, 'k') === hashName(email, 'k');
      }),
    );
  });

  test('the hash of a name tells nothing without the key', () => {
    expect(hashName('chen@x.tw', 'a')).not.toBe(hashName('chen@x.tw', 'b'));
  });
});

describe('codes on paper', () => {
  test('case, dashes, spaces and look-alike letters do not count; anything else does', () => {
    const code = newCode();
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(hashCode(code.toLowerCase().replaceAll('-', ' '))).toBe(hashCode(code));
    expect(hashCode('O0I1-L')).toBe(hashCode('00111'));
    expect(hashCode(newCode())).not.toBe(hashCode(code));
  });
});

describe('cookies', () => {
  const signed = (value: string, secret: string) =>
    `s=${encodeURIComponent(`${value}.${createHmac('sha256', secret).update(value).digest('base64')}`)}`;
  const read = (cookie: string) => signedCookie(new Headers({ cookie }), 's', 'secret');

  test('only what was signed with the secret is read', () => {
    expect(read(`other=1; ${signed('token', 'secret')}`)).toBe('token');
    expect(read(signed('token', 'another secret'))).toBeUndefined();
    expect(read(signed('token', 'secret').replace('token', 'tokem'))).toBeUndefined();
  });

  test('no cookie header makes it throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        (s) => read(`s=${s.replace(/[^\x20-\x7e]/g, '')}`) === undefined,
      ),
    );
    expect(read('s=%E0%A4%A')).toBeUndefined();
  });
});

test('annex10.ia.authenticator_management.7: so many requests a minute from one address, and others are not held back', () => {
  const within = pace(2);
  const at = (seconds: number) => new Date(seconds * 1000);
  expect([within('a', at(0)), within('a', at(1)), within('a', at(2)), within('b', at(2))]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(within('a', at(60))).toBe(true);
});
