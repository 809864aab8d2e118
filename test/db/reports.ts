/** Reports as the tools write them, with times of our own choosing. */

/** nmap -oX of one host: every open port is one, 8443/tcp always answers. */
export function nmapReport(address: string, finishedAt: string, open: number[] = []): string {
  const end = Math.floor(Date.parse(finishedAt) / 1000);
  const port = (number: number, state: string, name: string) =>
    `<port protocol="tcp" portid="${number}"><state state="${state}" reason="syn-ack" reason_ttl="64"/><service name="${name}" method="table" conf="3"/></port>`;
  const services: Record<number, string> = { 23: 'telnet', 21: 'ftp', 79: 'finger' };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sT -p 21,23,79,8443 -oX - ${address}" start="${end - 12}" startstr="" version="7.93" xmloutputversion="1.05">
<scaninfo type="connect" protocol="tcp" numservices="4" services="21,23,79,8443"/>
<host starttime="${end - 11}" endtime="${end}"><status state="up" reason="syn-ack" reason_ttl="0"/>
<address addr="${address}" addrtype="ipv4"/>
<hostnames></hostnames>
<ports><extraports state="closed" count="${3 - open.length}"><extrareasons reason="conn-refused" count="${3 - open.length}"/></extraports>
${open.map((number) => port(number, 'open', services[number] ?? 'unknown')).join('\n')}
${port(8443, 'open', 'https-alt')}
</ports>
</host>
<runstats><finished time="${end}" timestr="" summary="Nmap done; 1 IP address (1 host up) scanned in 11.00 seconds" elapsed="11.00" exit="success"/><hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
`;
}

/** clamscan's report with the version line before it; times are Taiwan's. */
export function clamReport(finishedAt: string, infected = 0): string {
  const local = new Date(Date.parse(finishedAt) + 8 * 3_600_000).toISOString();
  const stamp = `${local.slice(0, 10).replaceAll('-', ':')} ${local.slice(11, 19)}`;
  return `ClamAV 1.4.3/27800/Sun Nov  1 09:30:00 2026
${infected ? '/srv/pay/可疑.bin: Own.Test.Signature FOUND\n' : '/srv/pay/app.jar: OK\n'}
----------- SCAN SUMMARY -----------
Known viruses: 8700000
Engine version: 1.4.3
Scanned directories: 1
Scanned files: 12
Infected files: ${infected}
Data scanned: 3.20 MB
Data read: 3.10 MB (ratio 1.03:1)
Time: 9.200 sec (0 m 9 s)
Start Date: ${stamp}
End Date:   ${stamp}
`;
}
