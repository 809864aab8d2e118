/** Exit codes of every command; docs/operating/commands.md and `--help` say the same. */
export const EXIT = { ok: 0, refused: 1, usage: 2, environment: 3, defect: 70 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES = `結束代碼 Exit codes
  0   完成 done
  1   檢查不通過，或不予受理 a check failed, or the command was refused
  2   用法錯誤 wrong usage
  3   環境問題：通訊埠、磁碟、資料庫、權限 the surroundings: port, disk, database, permissions
  70  程式缺陷 a defect of the program`;
