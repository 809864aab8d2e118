import type { Command } from './command.ts';
import { serve } from './serve.ts';
import { DEFAULT_PORT, readSettings } from './settings.ts';

/** `ancheng start` */
export const command: Command = {
  help: `用法 Usage: ancheng start [--data 資料夾] [--host 位址] [--port 埠] [--http-port 埠]

啟動平台並等候；按 Ctrl-C 停止。 Starts the platform and stays; Ctrl-C stops it.

  --data DIR   資料夾，預設 ./data（以 root 執行時 /var/lib/ancheng）
               the data folder; ./data by default, /var/lib/ancheng as root   (ANCHENG_DATA)
  --host ADDR  監聽位址，預設 127.0.0.1 · address to listen on                 (ANCHENG_HOST)
  --port N     通訊埠，預設 ${DEFAULT_PORT} · port                                       (ANCHENG_PORT)
  --http-port N  另開此埠，將 http 轉至 https · also answers http here with the way to https (ANCHENG_HTTP_PORT)

環境變數 Environment: DATABASE_URL, DATABASE_APP_URL（外部 PostgreSQL · external PostgreSQL ≥ 15）,
ANCHENG_USER（以 root 啟動時改用的使用者 · the account root hands over to）`,
  run: (args) => serve(readSettings(args, process.env, 'start'), 'start'),
};
