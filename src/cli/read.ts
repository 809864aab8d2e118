import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { Imported, Manifest, Scan } from '../importers/types.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT } from './exit.ts';
import { say, tellRefused } from './say.ts';

/** `ancheng read <file>`: what an import would see. */
export const command: Command = {
  help: `用法 Usage: ancheng read <檔案 file> [--summary]

辨認並讀取工具報告（弱點掃描、病毒掃描、雜湊清單），以 JSON 列出全部內容，不寫入任何資料。
Recognises and reads a tool's report (vulnerability scan, malware scan, list of digests) and prints everything in it as JSON; stores nothing.

  --summary   只列摘要 · only a summary, for reading`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { summary: { type: 'boolean' } },
    });
    const path = onlyFile(positionals);
    const { detectAndRead } = await import('../importers/index.ts');
    const result = await detectAndRead(createReadStream(path), basename(path));
    if (isRefused(result)) {
      tellRefused(result);
      return EXIT.refused;
    }
    if (values.summary) for (const line of summarise(result.importer, result.imported)) say(line);
    else say(JSON.stringify(result, null, 2));
    return EXIT.ok;
  },
};

function onlyFile(positionals: string[]): string {
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw usageError('請指定一個檔案 · name one file');
  if (!existsSync(path) || !statSync(path).isFile()) throw usageError(`沒有這個檔案 · no such file: ${path}`);
  return path;
}

function summarise(importer: string, imported: Imported): string[] {
  const kind = `格式 format: ${importer}`;
  return [kind, ...(imported.kind === 'scan' ? aboutScan(imported.scan) : aboutManifest(imported.manifest))];
}

function aboutScan(scan: Scan): string[] {
  const count = (severity: string) => scan.findings.filter((finding) => finding.severity === severity).length;
  const severities = ['critical', 'high', 'medium', 'low', 'info'].map((each) => `${each} ${count(each)}`);
  return [
    `工具 tool: ${scan.tool} ${scan.toolVersion ?? '?'}`,
    `起訖 from–to: ${scan.startedAt ?? '?'} – ${scan.finishedAt ?? '?'}`,
    `完整 complete: ${scan.complete ? '是 yes' : '否 no'}`,
    `對象 targets: ${scan.targets.length} （完成 covered ${scan.targets.filter((target) => target.covered).length}）`,
    `弱點 findings: ${scan.findings.length} (${severities.join(', ')})`,
    ...(scan.malware
      ? [`惡意程式 malware: ${scan.malware.detections.length}; 未能讀取 unread ${scan.malware.unread.length}`]
      : []),
    ...scan.notes.map((note) => `註 note: ${note.zh} · ${note.en}`),
  ];
}

const aboutManifest = (manifest: Manifest): string[] => [`檔案雜湊 digests: ${manifest.entries.length}`];
