import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import type { Scan } from '../types.ts';
import { nmap } from './read.ts';

async function* pieces(report: string | Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  const bytes = typeof report === 'string' ? new TextEncoder().encode(report) : report;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function scanOf(report: string | Uint8Array, size?: number): Promise<Scan> {
  const read = await nmap.read(pieces(report, size));
  if (isRefused(read)) throw new Error(JSON.stringify(read.refused));
  if (read.kind !== 'scan') throw new Error(read.kind);
  return read.scan;
}
async function refusalOf(report: string | Uint8Array) {
  const read = await nmap.read(pieces(report));
  if (!isRefused(read)) throw new Error('was read');
  return read.refused[0]!;
}
const sample = (name: string): Buffer => readFileSync(`src/importers/nmap/fixtures/${name}`);

const STATS = '<runstats><finished time="1800000100" exit="success"/><hosts up="1" down="0" total="1"/></runstats>';
const report = (inside: string, end = STATS): string =>
  `<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" args="nmap x" start="1800000000" version="7.93">${inside}${end}</nmaprun>`;
const host = (ports: string, status = 'state="up" reason="syn-ack"'): string =>
  `<host><status ${status}/><address addr="10.0.0.5" addrtype="ipv4"/><address addr="00:11:22:33:44:55" addrtype="mac"/><ports>${ports}</ports></host>`;
const port = (id: number, inside = '', state = 'open'): string =>
  `<port protocol="tcp" portid="${id}"><state state="${state}"/>${inside}</port>`;

describe('nmap reports of others', () => {
  test('vulners: one finding per CVE with its highest score, exploits named, whatever the piece size', async () => {
    const scan = await scanOf(sample('issue4406.xml'), 777);
    expect(scan).toMatchObject({
      tool: 'nmap',
      toolVersion: '7.91',
      complete: true,
      finishedAt: '2021-04-29T09:28:17.000Z',
    });
    expect(scan.ports).toEqual([{ proto: 'tcp', ranges: [[1, 65535]] }]);
    expect(scan.targets[0]?.services).toHaveLength(25);
    const cve = scan.findings.filter((finding) => finding.key === '10.250.195.71|tcp|22|CVE-2019-6111');
    expect(cve).toMatchObject([
      { severity: 'medium', cvss: 5.8, cve: ['CVE-2019-6111'], title: { zh: expect.stringContaining('公開攻擊') } },
    ]);
    expect(scan.findings.find((finding) => finding.port === 30367)).toMatchObject({ severity: 'high' });
    expect(new Set(scan.findings.map((finding) => finding.key)).size).toBe(scan.findings.length);
    expect(scan.findings).toHaveLength(24 + 25);
  });

  test('a host without open ports is covered and has no finding', async () => {
    const scan = await scanOf(sample('nmap_0port.xml'));
    expect(scan).toMatchObject({ complete: true, findings: [], targets: [{ address: '127.0.0.1', covered: true }] });
  });

  test('open ports take their severity from the base list', async () => {
    const scan = await scanOf(sample('nmap_multiple_port.xml'));
    const severities = Object.fromEntries(scan.findings.map((finding) => [finding.port, finding.severity]));
    expect(severities).toMatchObject({ 21: 'medium', 443: 'info', 3306: 'high' });
    expect(scan.findings).toHaveLength(13);
  });

  test('reading twice gives the same keys', async () => {
    const [a, b] = [
      await scanOf(sample('nmap_script_vulners.xml')),
      await scanOf(sample('nmap_script_vulners.xml'), 100),
    ];
    expect(a).toEqual(b);
    expect(a.findings.map((finding) => finding.severity)).toEqual(['info', 'medium', 'medium']);
  });
});

describe('what counts as covered', () => {
  test('without runstats the scan is not complete, its findings stay', async () => {
    const scan = await scanOf(report(host(port(23)), ''));
    expect(scan).toMatchObject({
      complete: false,
      findings: [{ severity: 'high' }],
      notes: [{ zh: expect.stringContaining('runstats') }],
    });
    expect(scan.finishedAt).toBeUndefined();
  });

  test('a file that stops early keeps its finished hosts and is not complete', async () => {
    const cut = report(host(port(23)) + host(port(21)).replaceAll('10.0.0.5', '10.0.0.6'));
    const scan = await scanOf(cut.slice(0, cut.indexOf('10.0.0.6') + 40));
    expect(scan.complete).toBe(false);
    expect(scan.targets.map((target) => target.address)).toEqual(['10.0.0.5']);
  });

  test('a failed run is not complete and says why', async () => {
    const scan = await scanOf(report('', '<runstats><finished time="1" exit="error" errormsg="no route"/></runstats>'));
    expect(scan).toMatchObject({ complete: false, notes: [{ en: expect.stringContaining('no route') }] });
  });

  test.each([
    ['down', host('', 'state="down" reason="no-response"')],
    ['only pinged', '<host><status state="up" reason="echo-reply"/><address addr="10.0.0.5" addrtype="ipv4"/></host>'],
    ['timed out', host(port(80)).replace('<host>', '<host timedout="true">')],
    ['-Pn and wholly silent', host('<extraports state="filtered" count="1000"/>', 'state="up" reason="user-set"')],
  ])('a host %s is not covered', async (_, xml) => {
    expect((await scanOf(report(xml))).targets).toMatchObject([{ address: '10.0.0.5', covered: false }]);
  });

  test('hosthint repeats a host without adding a target', async () => {
    const scan = await scanOf(
      report(`<hosthint><status state="up"/><address addr="10.9.9.9" addrtype="ipv4"/></hosthint>${host(port(80))}`),
    );
    expect(scan.targets.map((target) => target.address)).toEqual(['10.0.0.5']);
  });

  test('open|filtered is no open port', async () => {
    const scan = await scanOf(report(host(port(23, '', 'open|filtered') + port(80, '', 'closed'))));
    expect(scan.findings).toEqual([]);
    expect(scan.targets[0]?.services).toMatchObject([{ port: 23, state: 'open|filtered' }]);
  });
});

describe('scripts', () => {
  const vulnerable = (state: string, scores = ''): string =>
    `<hostscript><script id="smb-vuln-ms17-010" output="&#xa;  Risk factor: HIGH"><table key="CVE-2017-0143"><elem key="title">SMBv1 RCE</elem><elem key="state">${state}</elem><table key="ids"><elem>CVE:CVE-2017-0143</elem></table>${scores}</table></script></hostscript>`;
  const withHostScript = (script: string): string => report(host(port(80)).replace('</host>', `${script}</host>`));
  const weak = async (xml: string) => (await scanOf(xml)).findings.filter((finding) => !finding.key.endsWith('|open'));

  test('VULNERABLE becomes a finding with its risk, on the host when the script ran there', async () => {
    expect(await weak(withHostScript(vulnerable('VULNERABLE')))).toMatchObject([
      { key: '10.0.0.5|||CVE-2017-0143', severity: 'high', cve: ['CVE-2017-0143'], title: { en: 'SMBv1 RCE' } },
    ]);
  });

  test('its CVSS, when given, decides; likely says so; NOT VULNERABLE and UNKNOWN give nothing', async () => {
    const scores = '<table key="scores"><elem key="CVSSv3">9.8 (CRITICAL) (CVSS:3.0/…)</elem></table>';
    expect(await weak(withHostScript(vulnerable('VULNERABLE', scores)))).toMatchObject([
      { severity: 'critical', cvss: 9.8 },
    ]);
    expect(await weak(withHostScript(vulnerable('LIKELY VULNERABLE')))).toMatchObject([
      { title: { en: 'SMBv1 RCE (likely)' } },
    ]);
    expect(await weak(withHostScript(vulnerable('NOT VULNERABLE')))).toEqual([]);
    expect(await weak(withHostScript(vulnerable('UNKNOWN (unable to test)')))).toEqual([]);
  });

  test('the text of old versions serves where there is no structure', async () => {
    const vulners = port(
      22,
      '<script id="vulners" output="&#xa;  cpe:/a:x:y:1: &#xa;    &#x9;CVE-2018-15919&#x9;5.0&#x9;https://vulners.com/cve/CVE-2018-15919"/>',
    );
    expect(await weak(report(host(vulners)))).toMatchObject([{ key: '10.0.0.5|tcp|22|CVE-2018-15919', cvss: 5 }]);
    const state = port(
      443,
      '<script id="ssl-poodle" output="&#xa;  VULNERABLE:&#xa;  SSL POODLE&#xa;    State: VULNERABLE"/>',
    );
    expect(await weak(report(host(state)))).toMatchObject([{ key: '10.0.0.5|tcp|443|ssl-poodle', severity: 'high' }]);
  });

  test('an output made to confuse costs no more than another', async () => {
    const script = `<script id="vulners" output="${'&#xa;'.repeat(300_000)}"/><script id="x" output="${'&#xa; '.repeat(300_000)}"/>`;
    expect(await weak(report(host(port(22, script))))).toEqual([]);
  });

  test('an unscored vulners row is not waved through as info', async () => {
    const row =
      '<script id="vulners" output=""><table key="cpe"><table><elem key="id">CVE-2026-1234</elem><elem key="cvss">0.0</elem></table></table></script>';
    expect(await weak(report(host(port(22, row))))).toMatchObject([{ severity: 'medium' }]);
  });

  test('old TLS, weak suites and a certificate past its date', async () => {
    const tls =
      '<script id="ssl-enum-ciphers" output=""><table key="TLSv1.0"><table key="warnings"><elem>3DES</elem></table></table><table key="TLSv1.2"></table><elem key="least strength">C</elem></script>' +
      '<script id="ssl-cert" output=""><elem key="sig_algo">sha1WithRSAEncryption</elem><table key="pubkey"><elem key="type">rsa</elem><elem key="bits">1024</elem></table><table key="validity"><elem key="notBefore">2020-01-01T00:00:00</elem><elem key="notAfter">2021-01-01T00:00:00</elem></table></script>';
    expect((await weak(report(host(port(443, tls))))).map((finding) => finding.key.split('|')[3])).toEqual([
      'tls-tlsv1.0',
      'tls-weak-ciphers',
      'tls-cert-expired',
      'tls-cert-short-key',
      'tls-cert-weak-hash',
    ]);
    const good =
      '<script id="ssl-enum-ciphers" output=""><table key="TLSv1.3"></table><elem key="least strength">A</elem></script>';
    expect(await weak(report(host(port(443, good))))).toEqual([]);
  });
});

describe('files that are refused', () => {
  test('malformed XML names its line and the remedy', async () => {
    expect(await refusalOf(report('\n\n<host></hots>'))).toMatchObject({
      code: 'invalid',
      line: 5,
      fix: { text: { en: expect.stringContaining('-oX') } },
    });
  });

  test.each([
    [
      'entities',
      '<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "aaaa">]><nmaprun scanner="nmap">&a;</nmaprun>',
      '實體',
    ],
    ['an external definition', '<!DOCTYPE nmaprun SYSTEM "http://x/y.dtd"><nmaprun scanner="nmap"/>', '實體'],
    ['an unknown entity', report('&x;'), 'XML'],
    ['another root', '<masscan scanner="masscan"/>', 'nmap'],
    ['a port beyond 65535', report(host(port(70000))), '埠'],
    ['a hundred levels', report('<a>'.repeat(100)), '巢狀'],
    ['nothing', '', 'nmap'],
  ])('%s', async (_, xml, words) => {
    expect((await refusalOf(xml)).message.zh).toContain(words);
  });

  test('bytes that are no UTF-8', async () => {
    expect(
      (await refusalOf(Buffer.concat([Buffer.from('<nmaprun scanner="nmap" args="'), Buffer.from([0xa4, 0xa4, 0xff])])))
        .message.zh,
    ).toContain('UTF-8');
  });

  test('UTF-16 as PowerShell redirects it is read', async () => {
    expect((await scanOf(Buffer.from(`\uFEFF${report(host(port(80)))}`, 'utf16le'))).complete).toBe(true);
  });

  test('any damage to a real report is read or refused, never thrown, and never turns into a longer list of hosts', async () => {
    const whole = sample('nmap_script_vulners.xml');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.uint8Array({ maxLength: 6 }),
        fc.nat(20),
        async (at, insert, drop) => {
          const damaged = Buffer.concat([whole.subarray(0, at), insert, whole.subarray(at + drop)]);
          const read = await nmap.read(pieces(damaged, 500));
          if (!isRefused(read) && read.kind === 'scan') expect(read.scan.targets.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
