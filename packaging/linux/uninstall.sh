#!/bin/sh
# Removes the program and the service. Data and settings stay, unless asked:
#   sudo ./uninstall.sh [--delete-data]
set -eu

PROGRAM=${ANCHENG_PROGRAM:-/opt/ancheng}
DATA=/var/lib/ancheng

delete=no
case ${1-} in
  '') ;;
  --delete-data) delete=yes ;;
  *) sed -n '2,3s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo '✗ 請以 root 執行 · run it as root' >&2; exit 3; }

if [ $delete = yes ]; then
  echo "將刪除 $DATA 內全部紀錄與金鑰，無法復原。請輸入 DELETE 確認："
  echo "Every record and key in $DATA will be gone for good. Type DELETE to confirm:"
  read -r answer
  [ "$answer" = DELETE ] || { echo '未確認，未作任何變更 · not confirmed; nothing was changed' >&2; exit 1; }
fi

if [ -d /run/systemd/system ]; then systemctl disable --now --quiet ancheng || true; fi
rm -f /etc/systemd/system/ancheng.service /usr/local/bin/ancheng
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
rm -rf "$PROGRAM"

if [ $delete = yes ]; then
  rm -rf "$DATA" /etc/ancheng
  if id ancheng >/dev/null 2>&1; then userdel ancheng; fi
  echo '程式與資料均已移除 · program and data are removed'
else
  echo "程式已移除，資料保留於 $DATA · the program is removed; data stays in $DATA"
fi
