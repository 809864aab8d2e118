import { win32 } from 'node:path';

/** Ancheng as a Windows task that starts with the machine: what is registered and which commands do it (decision 0080). */

export const TASK = 'Ancheng';

export type ServiceSettings = {
  /** Absolute: the program's folder and the data folder. */
  program: string;
  dataDir: string;
  host: string;
  port: number;
  /** Where plain http is answered with the way to https; none when absent. */
  httpPort?: number | undefined;
};

/** One program to run with its arguments, passed without a shell. */
export type Step = {
  program: string;
  args: string[] /** Failing is fine: there may be nothing to undo. */;
  lenient?: true;
};

const LOCAL_SERVICE = '*S-1-5-19';
const ADMINISTRATORS = '*S-1-5-32-544';
const SYSTEM = '*S-1-5-18';
const USERS = '*S-1-5-32-545';

/** Rights on both folders, the task, the firewall; accounts by number, for their names differ by language. */
export function installSteps(settings: ServiceSettings, xmlFile: string): Step[] {
  const { program, dataDir } = settings;
  const owners = [`${ADMINISTRATORS}:(OI)(CI)F`, `${SYSTEM}:(OI)(CI)F`];
  return [
    icacls(program, [...owners, `${USERS}:(OI)(CI)RX`]),
    icacls(dataDir, [...owners, `${LOCAL_SERVICE}:(OI)(CI)F`]),
    { program: 'schtasks', args: ['/Create', '/TN', TASK, '/XML', xmlFile, '/F'] },
    { ...firewall('delete'), lenient: true },
    ...(isLoopback(settings.host) ? [] : [openFirewall(settings)]),
  ];
}

/** From the highest folder down, what was inherited from the drive (often: anybody may write) no longer counts. */
const icacls = (folder: string, grants: string[]): Step => ({
  program: 'icacls',
  args: [folder, '/inheritance:r', '/grant:r', ...grants, '/Q'],
});

const firewall = (verb: 'add' | 'delete', ...more: string[]): Step => ({
  program: 'netsh',
  args: ['advfirewall', 'firewall', verb, 'rule', `name=${TASK}`, ...more],
});

function openFirewall({ program, port, httpPort }: ServiceSettings): Step {
  const ports = [port, httpPort].filter((one) => one !== undefined).join(',');
  const only = ['dir=in', 'action=allow', 'protocol=TCP', `localport=${ports}`, 'profile=domain,private'];
  return firewall('add', ...only, `program=${nodeOf(program)}`);
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

export const removeSteps: Step[] = [
  { program: 'schtasks', args: ['/Delete', '/TN', TASK, '/F'], lenient: true },
  { ...firewall('delete'), lenient: true },
];

export const startSteps: Step[] = [
  { program: 'schtasks', args: ['/Change', '/TN', TASK, '/ENABLE'] },
  { program: 'schtasks', args: ['/Run', '/TN', TASK] },
];

/** Disabled first, or the scheduler would start it again; the program itself is asked by its stop request, then the task ended. */
export const holdSteps: Step[] = [{ program: 'schtasks', args: ['/Change', '/TN', TASK, '/DISABLE'], lenient: true }];
export const endSteps: Step[] = [{ program: 'schtasks', args: ['/End', '/TN', TASK], lenient: true }];
export const statusSteps: Step[] = [{ program: 'schtasks', args: ['/Query', '/TN', TASK, '/V', '/FO', 'LIST'] }];

const nodeOf = (program: string) => win32.join(program, 'node_modules', 'node', 'bin', 'node.exe');

/** The task for the scheduler, to be written as UTF-16 with its mark (the only form `schtasks /XML` reads reliably). */
export function taskXml(settings: ServiceSettings): string {
  const { program, dataDir, host, port, httpPort } = settings;
  const args = [
    win32.join(program, 'bin', 'ancheng.js'),
    ...['service', 'run', '--data', dataDir, '--host', host, '--port', String(port)],
    ...(httpPort === undefined ? [] : ['--http-port', String(httpPort)]),
  ];
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>安程 Ancheng</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Repetition>
        <Interval>PT5M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-19</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(nodeOf(program))}</Command>
      <Arguments>${escapeXml(args.map(quote).join(' '))}</Arguments>
      <WorkingDirectory>${escapeXml(dataDir)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

/**
 * One argument as programs on Windows read it back (CommandLineToArgvW): quoted when it holds a space, backslashes before
 * a quote or the end doubled.
 */
export function quote(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

const escapeXml = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A folder that can be given to one account alone: not a drive, nor the Windows or Program Files folder itself. */
export function isFolderOfOurs(folder: string): boolean {
  const path = win32.normalize(folder).replace(/\\+$/, '');
  if (!win32.isAbsolute(folder) || /^[a-z]:$/i.test(path) || path.startsWith('\\\\')) return false;
  return !/^[a-z]:\\(windows(\\.*)?|program files( \(x86\))?|programdata|users(\\[^\\]+)?)$/i.test(path);
}
