#!/bin/sh
# Removes the program and the service. Data and settings stay, unless asked:
#   sudo ./uninstall.sh [--delete-data]
set -eu

PROGRAM=${ANCHENG_PROGRAM:-/opt/ancheng}
DATA=/var/lib/ancheng
SIGNER=/var/lib/ancheng-signer
SIGNER_UNIT=/etc/systemd/system/ancheng-signer.service

delete=no
case ${1-} in
  '') ;;
  --delete-data) delete=yes ;;
  *) sed -n '2,3s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo '✗ 請以 root 執行 · run it as root' >&2; exit 3; }

if [ $delete = yes ]; then
  echo "將刪除 $DATA 與 $SIGNER 內全部紀錄與金鑰，無法復原。請輸入 DELETE 確認："
  echo "Every record and key in $DATA and $SIGNER will be gone for good. Type DELETE to confirm:"
  read -r answer
  [ "$answer" = DELETE ] || { echo '未確認，未作任何變更 · not confirmed; nothing was changed' >&2; exit 1; }
fi

# A signer set up by hand is not ours to remove.
ours=no
if grep -qs '^# Installed by install.sh' "$SIGNER_UNIT"; then ours=yes; fi
if [ -d /run/systemd/system ]; then
  systemctl disable --now --quiet ancheng || true
  [ $ours = no ] || systemctl disable --now --quiet ancheng-signer || true
fi
rm -f /etc/systemd/system/ancheng.service /usr/local/bin/ancheng
[ $ours = no ] || rm -f "$SIGNER_UNIT"
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
rm -rf "$PROGRAM"

if [ $delete = yes ]; then
  rm -rf "$DATA" /etc/ancheng
  # The signer's first: its account has the group of the platform's.
  if [ $ours = yes ]; then
    rm -rf "$SIGNER"
    if id ancheng-signer >/dev/null 2>&1; then userdel ancheng-signer; fi
  fi
  if id ancheng >/dev/null 2>&1; then userdel ancheng; fi
  echo '程式與資料均已移除 · program and data are removed'
else
  echo "程式已移除，資料保留於 $DATA，簽章金鑰與記憶保留於 $SIGNER"
  echo "the program is removed; data stays in $DATA, the signer's key and memory in $SIGNER"
fi
