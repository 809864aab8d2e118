import type { Command } from './command.ts';
import { serve } from './serve.ts';
import { DEFAULT_PORT, readSettings } from './settings.ts';

/** `ancheng demo` */
export const command: Command = {
  help: `用法 Usage: ancheng demo [--data 資料夾] [--host 位址] [--port 埠]

啟動示範機關：有半年紀錄的虛構公所。 Starts a demo organisation: an invented office with half a year of records.

  --data DIR   示範資料夾，預設在資料夾下的 demo · its data folder; by default "demo" inside the data folder
  --host ADDR  監聽位址，預設 127.0.0.1 · address to listen on
  --port N     通訊埠，預設 ${DEFAULT_PORT} · port`,
  run: (args) => serve(readSettings(args, process.env, 'demo'), 'demo'),
};
